#include "experiments/report/sweep_charts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/machine/parse_json.h"
#include "experiments/report/axes.h"
#include "experiments/report/run_log.h"
#include "experiments/sweeps/plan.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostRunsListed = 1000, kMostScatterDots = 2000, kMostScatters = 60;

double score_of(const RunResult& run) {
  if (run.steps.empty()) return kUnknown;
  double sum = 0;
  for (const int domain : run.test_domains) {
    const auto at = static_cast<std::size_t>(domain);
    const std::vector<double>& in = run.steps.back().in;
    sum += at < in.size() ? in[at] : kUnknown;
  }
  return run.test_domains.empty() ? kUnknown : sum / static_cast<double>(run.test_domains.size());
}

/// The mean accuracy on the held-out examples of the training domains, after the last record.
double validation_of(const RunResult& run) {
  if (run.steps.empty()) return kUnknown;
  double sum = 0;
  int count = 0;
  for (std::size_t e = 0; e < run.steps.back().out.size(); ++e)
    if (std::find(run.test_domains.begin(), run.test_domains.end(), static_cast<int>(e)) ==
        run.test_domains.end())
      sum += run.steps.back().out[e], ++count;
  return count == 0 ? kUnknown : sum / count;
}

std::string tests_text(const RunResult& run) {
  std::string text;
  for (const int domain : run.test_domains)
    text += (text.empty() ? "" : ", ") + domain_name(run.data_set, domain);
  return text;
}

std::map<std::string, double> numbers_of(const RunResult& run) {
  std::map<std::string, double> numbers;
  const nlohmann::json hparams = parse_json(run.hparams);
  if (!hparams.is_object()) return numbers;
  for (const auto& [name, value] : hparams.items())
    if (value.is_number()) numbers[name] = value.get<double>();
  return numbers;
}

struct ScatterPoint {
  const RunResult* run;
  double x, score;
};

Chart scatter(const std::string& name, const std::vector<ScatterPoint>& points) {
  const RunResult& any = *points[0].run;
  std::vector<double> xs, ys = {0, 1};
  std::vector<std::string> tests;
  int dead = 0;
  for (const ScatterPoint& point : points) {
    xs.push_back(point.x);
    const std::string test = tests_text(*point.run);
    if (std::find(tests.begin(), tests.end(), test) == tests.end()) tests.push_back(test);
    dead += point.run->never_learned;
  }
  Axes axes{.left = 62,
            .top = 10,
            .width = kChartWidth - 76,
            .height = 190,
            .x = Scale(xs, wants_log(xs)),
            .y = Scale(ys)};
  axes.x.widen(0.04), axes.y.widen(0.03);
  Chart chart{any.data_set + ", " + any.method + ": " + name + " against the score",
              "Each mark is a run: its " + name +
                  " and its mean accuracy on the test domains after the last "
                  "record. " +
                  std::to_string(dead) + " of " + std::to_string(points.size()) +
                  " runs never learned; they are crosses.",
              Drawing{.width = kChartWidth},
              {.head = {"run", name, "score", "test domains", "never learned"}}};
  axes.draw(chart.drawing, name, "accuracy, test domains", true);
  std::vector<LegendEntry> legend;
  for (std::size_t t = 0; t < std::min<std::size_t>(tests.size(), 12); ++t)
    legend.push_back({"test: " + tests[t], of_series(static_cast<int>(t)), false, true});
  for (const std::size_t i : evenly(points.size(), kMostScatterDots)) {
    const ScatterPoint& point = points[i];
    const Point at = axes.at(point.x, point.score);
    chart.table.rows.push_back({folder_label(point.run->directory), number_text(point.x),
                                percent_text(point.score), tests_text(*point.run),
                                point.run->never_learned ? "yes" : "no"});
    if (!std::isfinite(at.x) || !std::isfinite(at.y)) continue;
    const auto series = std::find(tests.begin(), tests.end(), tests_text(*point.run)) - tests.begin();
    const bool is_dead = point.run->never_learned;
    chart.drawing.add(Dot{.at = at,
                          .radius = is_dead ? 3.5 : 3,
                          .paint = is_dead ? of_ink(Ink::text) : of_series(static_cast<int>(series)),
                          .mark = is_dead ? Mark::cross : Mark::disc});
  }
  const double below = axes.top + axes.height + 40;
  chart.drawing.height = below + draw_legend(chart.drawing, legend, 10, below) + 6;
  return chart;
}

std::string cell_text(const Cell& cell) {
  if (cell.empty()) return "X";
  char text[64];
  std::snprintf(text, sizeof text, "%.1f \u00b1 %.1f", 100 * cell.average(), 100 * cell.standard_error());
  return text;
}

bool has_results(const ResultTable& table) {
  for (const MethodRow& row : table.rows)
    for (const Cell& cell : row.cells)
      if (!cell.empty()) return true;
  return false;
}

DataTable table_of_results(const ResultTable& results) {
  DataTable table{.caption = results.data_set +
                             ", accuracy in % on each test domain, mean \u00b1 standard error "
                             "over trials; selected by the " +
                             about(results.selection) +
                             (results.without_dead ? "; without the runs that never learned" : ""),
                  .head = {"method"}};
  table.head.insert(table.head.end(), results.names.begin(), results.names.end());
  table.head.emplace_back("average");
  for (const MethodRow& row : results.rows) {
    std::vector<std::string>& cells = table.rows.emplace_back(1, row.method);
    for (const Cell& cell : row.cells) cells.push_back(cell_text(cell));
    cells.push_back(row.average ? percent_text(*row.average) : "X");
  }
  return table;
}

DataTable counts_of(const std::vector<ResultTable>& tables) {
  DataTable counts{.caption = "How many runs are behind the tables",
                   .head = {"data set and method", "runs", "missing", "unfinished", "never learned"}};
  for (const ResultTable& table : tables)
    for (const MethodRow& row : table.rows)
      counts.rows.push_back({table.data_set + ", " + row.method, std::to_string(row.runs),
                             std::to_string(row.missing), std::to_string(row.unfinished),
                             std::to_string(row.never_learned)});
  return counts;
}

void add_tables(SweepReport& report, const Results& results, const std::vector<Job>& planned) {
  std::vector<ResultTable> last;
  for (const Selection selection : kSelections)
    for (const bool without_dead : {false, true}) {
      std::vector<ResultTable> tables = result_tables(results, selection, without_dead, planned);
      for (const ResultTable& table : tables) {
        const bool dead = std::any_of(table.rows.begin(), table.rows.end(),
                                      [](const MethodRow& row) { return row.never_learned > 0; });
        if (has_results(table) && (!without_dead || dead)) report.tables.push_back(table_of_results(table));
      }
      if (!without_dead) last = std::move(tables);
    }
  report.tables.push_back(counts_of(last));
}

void list_runs(SweepReport& report, const std::vector<RunResult>& runs) {
  report.runs = {.caption = "Runs of the sweep",
                 .head = {"run", "data set", "method", "test domains", "hparams_seed", "trial_seed",
                          "last step", "validation", "score", "state"}};
  for (const std::size_t i : evenly(runs.size(), kMostRunsListed)) {
    const RunResult& run = runs[i];
    report.runs.rows.push_back({folder_label(run.directory), run.data_set, run.method, tests_text(run),
                                std::to_string(run.hparams_seed), std::to_string(run.trial_seed),
                                std::to_string(run.steps.back().step), percent_text(validation_of(run)),
                                percent_text(score_of(run)),
                                run.never_learned ? "never learned"
                                : run.done        ? "done"
                                                  : "unfinished"});
  }
  if (runs.size() > kMostRunsListed)
    report.runs.caption += ", " + std::to_string(kMostRunsListed) + " of " + std::to_string(runs.size());
}

}  // namespace

bool holds_sweep(const fs::path& folder) {
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) return false;
  if (holds_plan(folder)) return true;
  for (const auto& entry : fs::directory_iterator(folder, failure))
    if (fs::exists(entry.path() / "results.jsonl", failure)) return true;
  return false;
}

std::vector<Chart> scatter_charts(const std::vector<const RunResult*>& runs) {
  std::map<std::string, std::vector<ScatterPoint>> by_name;
  for (const RunResult* run : runs)
    for (const auto& [name, value] : numbers_of(*run)) by_name[name].push_back({run, value, score_of(*run)});
  std::vector<Chart> charts;
  for (const auto& [name, points] : by_name) {
    const bool varies = std::any_of(points.begin(), points.end(),
                                    [&](const ScatterPoint& point) { return point.x != points[0].x; });
    if (varies) charts.push_back(scatter(name, points));
  }
  return charts;
}

SweepReport sweep_report(const fs::path& folder, const Threads& threads) {
  SweepReport report;
  const std::vector<Job> planned = holds_plan(folder) ? read_plan(folder) : std::vector<Job>();
  const Results results = read_results({folder}, threads);
  if (results.torn + results.foreign > 0)
    report.notes.push_back("left out " + std::to_string(results.torn + results.foreign) + " of " +
                           std::to_string(results.lines) +
                           " lines of results: " + std::to_string(results.torn) + " torn, " +
                           std::to_string(results.foreign) + " foreign");
  report.notes.insert(report.notes.end(), results.notes.begin(), results.notes.end());
  if (results.runs.empty()) {
    report.notes.push_back("the sweep has no results yet; " + std::to_string(planned.size()) +
                           " runs are planned");
    return report;
  }
  add_tables(report, results, planned);
  list_runs(report, results.runs);
  std::map<std::pair<std::string, std::string>, std::vector<const RunResult*>> groups;
  for (const RunResult& run : results.runs) groups[{run.data_set, run.method}].push_back(&run);
  for (const auto& group : groups)
    for (Chart& chart : scatter_charts(group.second))
      if (report.scatters.size() < kMostScatters)
        report.scatters.push_back(std::move(chart));
      else if (report.scatters.size() == kMostScatters && report.notes.size() < 100)
        report.notes.push_back("left out: " + chart.title);
  return report;
}

}  // namespace sand::experiments
