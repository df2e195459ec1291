#include "experiments/report/curves.h"

#include <cmath>

#include "experiments/report/line_chart.h"
#include "experiments/sweeps/tables.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kMostLines = 64, kMostNamedLines = 6;
const char* const kAboutDomains =
    "Solid lines are training domains on the examples that they train on, dashed lines their held-out "
    "examples.";

using ReadsScore = double PartScores::*;

std::vector<double> steps_of_records(const RunLog& log) {
  std::vector<double> steps;
  for (const LogRecord& record : log.records) steps.push_back(record.step);
  return steps;
}

std::vector<double> values_of_domain(const RunLog& log, std::size_t domain, bool of_out, ReadsScore reads) {
  std::vector<double> values;
  for (const LogRecord& record : log.records) {
    const std::vector<PartScores>& part = of_out ? record.out : record.in;
    values.push_back(domain < part.size() ? part[domain].*reads : kUnknown);
  }
  return values;
}

bool has_any(const std::vector<double>& values) {
  for (const double value : values)
    if (!std::isnan(value)) return true;
  return false;
}

double mean_over(const RunLog& log, const LogRecord& record, bool of_test, bool of_out, ReadsScore reads) {
  const std::vector<PartScores>& part = of_out ? record.out : record.in;
  double sum = 0;
  int count = 0;
  for (std::size_t e = 0; e < part.size(); ++e)
    if (log.is_test(e) == of_test) sum += part[e].*reads, ++count;
  return count == 0 ? kUnknown : sum / count;
}

/// The means over the domains, drawn over thin lines of single domains.
void add_means(LineChart& lines, const RunLog& log, ReadsScore reads) {
  const std::vector<double> steps = steps_of_records(log);
  const auto add = [&](const char* name, bool of_test, bool of_out, int series) {
    std::vector<double> means;
    for (const LogRecord& record : log.records)
      means.push_back(mean_over(log, record, of_test, of_out, reads));
    if (has_any(means)) lines.series.push_back({name, steps, means, of_series(series), 2.2, 1, of_out});
  };
  add("training domains, mean", false, false, 0);
  add("training domains, held-out examples, mean", false, true, 0);
}

/// A line for every domain. Many training domains share one colour, without a name in the legend.
void add_domains(LineChart& lines, const RunLog& log, ReadsScore reads) {
  const std::vector<double> steps = steps_of_records(log);
  std::size_t training = 0;
  for (std::size_t e = 0; e < log.domains.size(); ++e) training += log.is_test(e) ? 0 : 1;
  const bool many = training > kMostNamedLines;
  int next = 2;  // 0 is the mean, 1 the test domain
  for (std::size_t e = 0; e < std::min(log.domains.size(), kMostLines); ++e) {
    const bool is_test = log.is_test(e);
    const Paint paint = of_series(is_test ? 1 : many ? 0 : next++);
    for (const bool of_out : {false, true}) {
      const std::vector<double> values = values_of_domain(log, e, of_out, reads);
      if (!has_any(values)) continue;
      LineSeries series{log.domains[e] + (is_test ? " (test)" : "") + (of_out ? ", held out" : ""), steps,
                        values, paint};
      series.dashed = of_out;
      series.width = is_test ? 2.4 : many ? 0.8 : 1.6;
      series.opacity = !is_test && many ? 0.45 : 1;
      series.in_legend = is_test || !many;
      lines.series.push_back(std::move(series));
    }
  }
  if (many) add_means(lines, log, reads);
}

void add_ceilings(LineChart& lines, const RunLog& log) {
  if (log.score != "accuracy") return;
  for (const Ceiling& ceiling : ceilings_of(log.data_set))
    for (const int domain : log.test_domains)
      if (domain >= 0 && static_cast<std::size_t>(domain) < ceiling.by_domain.size())
        lines.levels.push_back(
            {ceiling.about + ", test domain", ceiling.by_domain[static_cast<std::size_t>(domain)]});
}

std::string name_of_score(const RunLog& log) {
  return log.score == "label_accuracy" ? "labels right" : log.score == "R2" ? "R\u00b2" : log.score;
}

}  // namespace

double mean_score(const RunLog& log, const LogRecord& record, bool of_test, bool of_out) {
  return mean_over(log, record, of_test, of_out, &PartScores::score);
}

std::vector<Chart> curve_charts(const RunLog& log) {
  if (log.records.empty()) return {};
  const std::string records = std::to_string(log.lines) + " records.";
  LineChart scores{.title = log.label + ": " + name_of_score(log) + " by domain",
                   .about = "How right the network is after each recorded step. " +
                            std::string(kAboutDomains) + " " + records,
                   .name_of_y = name_of_score(log),
                   .series = {},
                   .range = std::pair{0.0, 1.0},
                   .is_share = log.score_is_share};
  add_domains(scores, log, &PartScores::score);
  if (!log.score_is_share) scores.range = std::pair{-1.0, 1.0};
  add_ceilings(scores, log);
  LineChart losses{.title = log.label + ": loss by domain",
                   .about = std::string("Mean loss of an example after each recorded step. ") + kAboutDomains,
                   .name_of_y = log.score == "R2" ? "mean squared error" : "loss",
                   .series = {}};
  std::vector<double> batch;
  for (const LogRecord& record : log.records) batch.push_back(record.loss);
  losses.series.push_back({"batches since the last record", steps_of_records(log), batch, of_ink(Ink::soft)});
  add_domains(losses, log, &PartScores::loss);
  return {chart_of(scores), chart_of(losses)};
}

std::vector<Chart> comparison_charts(const std::vector<RunLog>& logs) {
  std::vector<Chart> charts;
  for (const bool of_test : {true, false}) {
    const std::string where = of_test ? "test domains" : "training domains";
    LineChart lines{
        .title = "All runs: score on " + where,
        .about = "The mean over the " + where + " of each run, on the examples that are not held out.",
        .name_of_y = "score",
        .series = {},
        .is_share = true};
    bool all_shares = true;
    int next = 0;
    for (const RunLog& log : logs) {
      std::vector<double> means;
      for (const LogRecord& record : log.records) means.push_back(mean_score(log, record, of_test, false));
      const int number = next++;
      if (!has_any(means)) continue;
      all_shares = all_shares && log.score_is_share;
      LineSeries series{log.label + " (" + log.method + ")", steps_of_records(log), means, of_series(number)};
      series.dashed = number >= kSeriesColours;
      lines.series.push_back(std::move(series));
    }
    lines.is_share = all_shares;
    lines.range = std::pair{all_shares ? 0.0 : -1.0, 1.0};
    if (!lines.series.empty()) charts.push_back(chart_of(lines));
  }
  return charts;
}

}  // namespace sand::experiments
