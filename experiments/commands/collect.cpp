// `sandgrad collect` and `sandgrad top-hparams`: tables of the results of many runs.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/commands/commands.h"
#include "experiments/sweeps/comparison.h"
#include "experiments/sweeps/plan.h"
#include "experiments/sweeps/table_text.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

struct CollectOptions {
  std::vector<std::string> sweeps, compare;
  std::string format = "text", selection = "all";
  int threads = 0;
};

std::vector<std::filesystem::path> paths_of(const std::vector<std::string>& sweeps) {
  return {sweeps.begin(), sweeps.end()};
}

std::vector<Selection> selections_of(const std::string& name) {
  std::vector<std::string> known = {"all"};
  for (const Selection selection : kSelections) known.emplace_back(name_of(selection));
  const std::string found = find_name("selection", name, known);
  std::vector<Selection> chosen;
  for (const Selection selection : kSelections)
    if (found == "all" || found == name_of(selection)) chosen.push_back(selection);
  return chosen;
}

/// Reads the runs, and names on stderr what was skipped. Throws Error(data) if nothing is left.
Results results_of(const std::vector<std::string>& sweeps, int threads) {
  const Results results = read_results(paths_of(sweeps), Threads(threads));
  if (const int skipped = results.torn + results.foreign; skipped > 0) {
    std::fprintf(stderr, "sandgrad: skipped %d of %d lines: %d torn, %d foreign\n", skipped, results.lines,
                 results.torn, results.foreign);
    for (const std::string& note : results.notes) std::fprintf(stderr, "    %s\n", note.c_str());
  }
  check(!results.runs.empty(), [&] {
    return Error(Fault::data, "collect: no results in these directories")
        .fact("path", sweeps[0])
        .hint("runs are in DIR/*/results.jsonl; sandgrad sweep run makes them");
  });
  return results;
}

std::vector<Job> planned_jobs(const std::vector<std::string>& sweeps) {
  std::vector<Job> jobs;
  for (const std::string& sweep : sweeps) {
    if (!holds_plan(sweep)) return {};
    for (Job& job : read_plan(sweep)) jobs.push_back(std::move(job));
  }
  return jobs;
}

bool is_empty(const ResultTable& table) {
  for (const MethodRow& row : table.rows)
    for (const Cell& cell : row.cells)
      if (!cell.empty()) return false;
  return true;
}

bool has_dead(const ResultTable& table) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [](const MethodRow& row) { return row.never_learned > 0; });
}

/// The tables of one selection; underneath, those without the runs that never learned.
std::vector<ResultTable> all_tables(const Results& results, Selection selection,
                                    const std::vector<Job>& planned) {
  std::vector<ResultTable> tables = result_tables(results, selection, false, planned);
  if (std::none_of(tables.begin(), tables.end(), has_dead)) return tables;
  std::vector<ResultTable> living = result_tables(results, selection, true, planned);
  std::vector<ResultTable> both;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const bool dead = has_dead(tables[i]);
    both.push_back(std::move(tables[i]));
    if (dead) both.push_back(std::move(living[i]));
  }
  return both;
}

void print_selection(const Results& results, Selection selection, const CollectOptions& options,
                     const std::vector<Job>& planned, bool may_be_empty) {
  const TableFormat format = table_format(options.format);
  const std::vector<ResultTable> tables = all_tables(results, selection, planned);
  if (may_be_empty && std::all_of(tables.begin(), tables.end(), is_empty)) return;
  std::vector<ResultTable> whole;
  for (const ResultTable& table : tables) {
    std::printf("%s", table_text(table, format).c_str());
    if (!table.without_dead) whole.push_back(table);
    if (format == TableFormat::text && options.compare.size() == 2)
      std::printf("%s\n", comparison_text(table, options.compare[0], options.compare[1]).c_str());
  }
  std::printf("%s", averages_text(whole, format).c_str());
}

int collect(const CollectOptions& options) {
  const TableFormat format = table_format(options.format);
  const std::vector<Selection> selections = selections_of(options.selection);
  check(options.compare.empty() || options.compare.size() == 2, [&] {
    return Error(Fault::usage, "collect: --compare takes two methods")
        .fact("found", std::to_string(options.compare.size()));
  });
  const std::vector<Job> planned = planned_jobs(options.sweeps);
  const Results results = results_of(options.sweeps, options.threads);
  if (format == TableFormat::json) {
    std::vector<ResultTable> tables;
    for (const Selection selection : selections)
      for (ResultTable& table : all_tables(results, selection, planned)) tables.push_back(std::move(table));
    std::printf("%s\n", tables_json(tables).c_str());
    return 0;
  }
  if (format == TableFormat::csv) std::printf("%s", csv_heading().c_str());
  for (const Selection selection : selections)
    print_selection(results, selection, options, planned, selections.size() > 1);
  return 0;
}

struct TopOptions {
  std::vector<std::string> sweeps;
  std::string data_set, method, selection = "all";
  int test_domain = 0, count = 20, threads = 0;
};

std::string percent(double accuracy) {
  char text[40];
  std::snprintf(text, sizeof text, "%.2f", 100 * accuracy);
  return text;
}

int top_hparams(const TopOptions& options) {
  const Results results = results_of(options.sweeps, options.threads);
  std::vector<std::string> data_sets, methods;
  for (const RunResult& run : results.runs) data_sets.push_back(run.data_set), methods.push_back(run.method);
  for (std::vector<std::string>* names : {&data_sets, &methods}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  const std::string data_set = find_name("dataset", options.data_set, data_sets),
                    method = find_name("algorithm", options.method, methods);
  std::map<std::int64_t, std::vector<const RunResult*>> trials;
  for (const RunResult& run : results.runs)
    if (run.data_set == data_set && run.method == method &&
        std::find(run.test_domains.begin(), run.test_domains.end(), options.test_domain) !=
            run.test_domains.end())
      trials[run.trial_seed].push_back(&run);
  for (const Selection selection : selections_of(options.selection)) {
    std::printf("%s\n", about(selection));
    for (const auto& [trial, runs] : trials) {
      std::printf("  trial_seed %lld\n", static_cast<long long>(trial));
      int shown = 0;
      for (const Choice& choice : ranked(selection, runs, options.test_domain)) {
        if (shown++ == options.count) break;
        std::printf("    validation %s, test %s, step %d, hparams_seed %lld%s\n      %s\n      %s\n",
                    percent(choice.validation).c_str(), percent(choice.accuracy).c_str(), choice.step,
                    static_cast<long long>(choice.run->hparams_seed),
                    choice.run->never_learned ? ", never learned" : "", choice.run->hparams.c_str(),
                    choice.run->directory.c_str());
      }
    }
  }
  return 0;
}

}  // namespace

void add_collect(Command& command) {
  static CollectOptions o;
  command.option("dirs", o.sweeps, "directories of sweeps, ours or DomainBed's").required();
  command.option("--format", o.format,
                 "form of the tables: text, markdown, latex, csv or json (default text)");
  command.option("--selection", o.selection,
                 "how steps and hyper-parameters are chosen: training-domain, leave-one-out, oracle or all "
                 "(default all)");
  command.option(
      "--compare", o.compare,
      "two methods of the table: their difference over the same trials, with its interval (default: none)");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return collect(o); });
}

void add_top_hparams(Command& command) {
  static TopOptions o;
  command.option("dirs", o.sweeps, "directories of sweeps, ours or DomainBed's").required();
  command.option("--dataset", o.data_set, "data set of the runs").required();
  command
      .option("--algorithm", o.method, "method, as the tables name it; sandgrad list algorithms prints names")
      .required();
  command.option("--test-env,--test_env", o.test_domain, "index of the test domain", {0, 4096}).required();
  command.option("--selection", o.selection,
                 "how steps and hyper-parameters are chosen: training-domain, leave-one-out, oracle or all "
                 "(default all)");
  command.option("--count", o.count, "most hyper-parameters to list for each trial (default 20)", kCounts);
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return top_hparams(o); });
}

}  // namespace sand::experiments
