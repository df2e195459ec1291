#include "experiments/sweeps/tables.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "experiments/setup/algorithms.h"

namespace sand::experiments {
namespace {

using Runs = std::vector<const RunResult*>;

std::vector<double> values_of(const Cell& cell) {
  std::vector<double> values;
  for (const auto& [trial, value] : cell.trials) values.push_back(value);
  return values;
}

/// Names in the order of `known`, then the others by their letters.
std::vector<std::string> in_order(const std::set<std::string>& names) {
  const std::vector<std::string> known = algorithm_names();
  std::vector<std::string> sorted(names.begin(), names.end());
  const auto place = [&](const std::string& name) {
    const std::string algorithm = name.substr(0, name.find_first_of(", "));
    return std::find(known.begin(), known.end(), algorithm) - known.begin();
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const std::string& a, const std::string& b) { return place(a) < place(b); });
  return sorted;
}

/// One run of a grid.
using Key = std::tuple<std::string, std::vector<int>, std::int64_t, std::int64_t>;
Key key_of(const RunResult& run) { return {run.method, run.test_domains, run.hparams_seed, run.trial_seed}; }

/// The runs that should be there, without a plan: every method with every test set, hparams_seed and trial.
std::set<Key> full_grid(const Runs& runs) {
  std::set<std::string> methods;
  std::set<std::vector<int>> tests;
  std::set<std::pair<std::int64_t, std::int64_t>> seeds;
  for (const RunResult* run : runs) {
    methods.insert(run->method);
    tests.insert(run->test_domains);
    seeds.insert({run->hparams_seed, run->trial_seed});
  }
  std::set<Key> grid;
  for (const std::string& method : methods)
    for (const std::vector<int>& test : tests)
      for (const auto& [hparams, trial] : seeds) grid.insert({method, test, hparams, trial});
  return grid;
}

std::set<Key> planned_grid(const std::vector<Job>& planned, const std::string& data_set) {
  std::set<Key> grid;
  for (const Job& job : planned) {
    RunResult run;
    if (identify(job.args, run) && run.data_set == data_set) grid.insert(key_of(run));
  }
  return grid;
}

void count(MethodRow& row, const Runs& of_data_set, const std::set<Key>& expected) {
  std::set<Key> found;
  for (const RunResult* run : of_data_set) {
    if (run->method != row.method) continue;
    found.insert(key_of(*run));
    ++row.runs;
    row.unfinished += !run->done;
    row.never_learned += run->never_learned;
  }
  for (const Key& key : expected) row.missing += std::get<0>(key) == row.method && found.count(key) == 0;
}

/// Without the runs that never learned, if asked.
Runs counting(const Runs& runs, const std::string& method, bool without_dead) {
  Runs left;
  for (const RunResult* run : runs)
    if (run->method == method && !(without_dead && run->never_learned)) left.push_back(run);
  return left;
}

void fill(MethodRow& row, const Runs& runs, const ResultTable& table) {
  std::map<std::int64_t, std::vector<double>> by_trial;
  for (const int test : table.test_domains) {
    std::map<std::int64_t, Runs> groups;
    for (const RunResult* run : runs)
      if (std::find(run->test_domains.begin(), run->test_domains.end(), test) != run->test_domains.end())
        groups[run->trial_seed].push_back(run);
    Cell& cell = row.cells.emplace_back();
    for (const auto& [trial, group] : groups)
      if (const std::vector<Choice> best = ranked(table.selection, group, test); !best.empty()) {
        cell.trials[trial] = best[0].accuracy;
        by_trial[trial].push_back(best[0].accuracy);
      }
  }
  for (const auto& [trial, values] : by_trial)
    row.averages.trials[trial] = numpy_sum(values) / static_cast<double>(values.size());
  if (std::any_of(row.cells.begin(), row.cells.end(), [](const Cell& cell) { return cell.empty(); })) return;
  double sum = 0;
  for (const Cell& cell : row.cells) sum += cell.average();
  row.average = sum / static_cast<double>(row.cells.size());
}

const std::map<std::string, std::vector<std::string>>& known_domains() {
  static const std::map<std::string, std::vector<std::string>> names = {
      {"ColoredMNIST", {"+90%", "+80%", "-90%"}},
      {"ColoredMNIST-14", {"+90%", "+80%", "-90%"}},
      {"RotatedMNIST", {"0", "15", "30", "45", "60", "75"}},
      {"PACS", {"A", "C", "P", "S"}},
      {"VLCS", {"C", "L", "S", "V"}},
      {"OfficeHome", {"A", "C", "P", "R"}},
      {"TerraIncognita", {"L100", "L38", "L43", "L46"}}};
  return names;
}

}  // namespace

double Cell::average() const { return numpy_sum(values_of(*this)) / static_cast<double>(trials.size()); }

double Cell::standard_error() const {
  // In DomainBed's order: numpy.std(list / sqrt(n))
  std::vector<double> scaled = values_of(*this);
  const double n = static_cast<double>(scaled.size());
  for (double& value : scaled) value /= std::sqrt(n);
  const double center = numpy_sum(scaled) / n;
  for (double& value : scaled) value = (value - center) * (value - center);
  return std::sqrt(numpy_sum(scaled) / n);
}

std::vector<ResultTable> result_tables(const Results& results, Selection selection, bool without_dead,
                                       const std::vector<Job>& planned) {
  std::map<std::string, Runs> by_data_set;
  for (const RunResult& run : results.runs) by_data_set[run.data_set].push_back(&run);
  std::vector<ResultTable> tables;
  for (const auto& [data_set, runs] : by_data_set) {
    ResultTable table{data_set, selection, without_dead, {}, {}, {}};
    std::set<int> tests;
    std::set<std::string> methods;
    for (const RunResult* run : runs) {
      tests.insert(run->test_domains.begin(), run->test_domains.end());
      methods.insert(run->method);
    }
    const std::set<Key> expected = planned.empty() ? full_grid(runs) : planned_grid(planned, data_set);
    for (const Key& key : expected) methods.insert(std::get<0>(key));
    table.test_domains.assign(tests.begin(), tests.end());
    for (const int test : tests) table.names.push_back(domain_name(data_set, test));
    for (const std::string& method : in_order(methods)) {
      MethodRow& row = table.rows.emplace_back();
      row.method = method;
      count(row, runs, expected);
      fill(row, counting(runs, method, without_dead), table);
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

std::vector<Ceiling> ceilings_of(const std::string& data_set) {
  if (data_set != "ColoredMNIST" && data_set != "ColoredMNIST-14") return {};
  return {{"shape alone, at most", {0.75, 0.75, 0.75}}, {"colour alone", {0.9, 0.8, 0.1}}};
}

std::string domain_name(const std::string& data_set, int domain) {
  const auto known = known_domains().find(data_set);
  const auto at = static_cast<std::size_t>(domain);
  if (known == known_domains().end() || at >= known->second.size()) return "env " + std::to_string(domain);
  return known->second[at];
}

}  // namespace sand::experiments
