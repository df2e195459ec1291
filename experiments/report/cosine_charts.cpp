#include "experiments/report/cosine_charts.h"

#include <algorithm>
#include <cmath>

#include "experiments/report/heat_map.h"
#include "experiments/report/line_chart.h"
#include "experiments/report/panels.h"

namespace sand::experiments {
namespace {

HeatMap matrix_of(const MeasuredStep& step) {
  return {.rows = step.domains,
          .columns = step.domains,
          .numbers = step.cosines,
          .low = -1,
          .high = 1,
          .is_signed = true};
}

struct PairRange {
  double least = 2, mean = 0, greatest = -2;
};

/// Over the pairs of different domains.
PairRange pairs_of(const MeasuredStep& step) {
  PairRange range;
  int count = 0;
  for (int a = 0; a < step.domains; ++a)
    for (int b = 0; b < a; ++b) {
      const double cosine = step.cosines[static_cast<std::size_t>(a * step.domains + b)];
      if (std::isnan(cosine)) continue;
      range.least = std::min(range.least, cosine), range.greatest = std::max(range.greatest, cosine);
      range.mean += cosine, ++count;
    }
  if (count == 0) return {std::nan(""), std::nan(""), std::nan("")};
  range.mean /= count;
  return range;
}

std::string updates_text(const MeasuredStep& step) {
  return "after " + std::to_string(step.updates) + " updates";
}

Chart last_matrix(const std::string& label, const MeasuredStep& step, const std::vector<std::string>& names) {
  HeatMap map = matrix_of(step);
  map.row_names = map.column_names = names;
  for (const double cosine : step.cosines) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", cosine);
    map.cell_texts.emplace_back(text);
  }
  const PairRange range = pairs_of(step);
  Chart chart{label + ": cosines of gradients, " + updates_text(step),
              "The cosine between the gradients of each two training domains: 1 the same direction, -1 "
              "opposite ones. Between different domains from " +
                  number_text(range.least) + " to " + number_text(range.greatest) + ", mean " +
                  number_text(range.mean) + ".",
              drawing_of(map, kChartWidth, 40, true),
              {.head = {"domain"}}};
  chart.table.head.insert(chart.table.head.end(), names.begin(), names.end());
  for (std::size_t a = 0; a < names.size(); ++a) {
    std::vector<std::string>& row = chart.table.rows.emplace_back(1, names[a]);
    for (std::size_t b = 0; b < names.size(); ++b)
      row.push_back(number_text(step.cosines[a * names.size() + b]));
  }
  return chart;
}

Chart matrices(const std::string& label, const std::vector<MeasuredStep>& steps) {
  constexpr std::size_t kMostPanels = 6;
  std::vector<Panel> panels;
  Chart chart{label + ": cosines of gradients over the steps",
              "The same matrix at several steps: one row and one column for each training domain.",
              {},
              {.head = {"updates", "least cosine", "mean", "greatest"}}};
  for (const std::size_t i : evenly(steps.size(), kMostPanels))
    panels.push_back({updates_text(steps[i]), matrix_of(steps[i])});
  for (const MeasuredStep& step : steps) {
    const PairRange range = pairs_of(step);
    chart.table.rows.push_back({std::to_string(step.updates), number_text(range.least),
                                number_text(range.mean), number_text(range.greatest)});
  }
  chart.drawing = panels_drawing(panels, kChartWidth, 3);
  return chart;
}

Chart over_steps(const std::string& label, const std::vector<MeasuredStep>& steps) {
  LineChart lines{.title = label + ": mean and least cosine",
                  .about = "Over all pairs of different training domains.",
                  .name_of_x = "updates made",
                  .name_of_y = "cosine",
                  .series = {{"mean", {}, {}, of_series(0)}, {"least", {}, {}, of_series(1)}},
                  .range = std::pair{-1.0, 1.0}};
  for (const MeasuredStep& step : steps) {
    const PairRange range = pairs_of(step);
    for (LineSeries& series : lines.series) series.x.push_back(step.updates);
    lines.series[0].y.push_back(range.mean);
    lines.series[1].y.push_back(range.least);
  }
  return chart_of(lines);
}

}  // namespace

std::vector<Chart> cosine_charts(const std::string& label, const std::vector<MeasuredStep>& steps,
                                 const std::vector<std::string>& names) {
  if (steps.empty() || steps.back().domains < 2) return {};
  const std::vector<std::string> shown(
      names.begin(), names.begin() + std::min<std::ptrdiff_t>(steps.back().domains, std::ssize(names)));
  std::vector<Chart> charts = {last_matrix(label, steps.back(), shown)};
  if (steps.size() < 2) return charts;
  charts.push_back(matrices(label, steps));
  charts.push_back(over_steps(label, steps));
  return charts;
}

}  // namespace sand::experiments
