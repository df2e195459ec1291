#include "experiments/report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "experiments/report/axes.h"

namespace sand::experiments {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostPoints = 300, kMostTableRows = 60;

std::string value_text(const LineChart& lines, double y) {
  return lines.is_share ? percent_text(y) : number_text(y);
}

/// The points that are drawn: at most kMostPoints, and a gap wherever a point between them is one.
std::vector<Point> points_of(const LineSeries& series, const Axes& axes) {
  std::vector<Point> points;
  std::size_t next = 0;
  for (const std::size_t i : evenly(series.x.size(), kMostPoints)) {
    for (; next < i; ++next)
      if (!std::isfinite(series.y[next])) points.push_back({kGap, kGap}), next = i;
    const double y = series.y[i];
    points.push_back(std::isfinite(y) ? axes.at(series.x[i], std::clamp(y, axes.y.low(), axes.y.high()))
                                      : Point{kGap, kGap});
    next = i + 1;
  }
  return points;
}

DataTable table_of(const LineChart& lines) {
  DataTable table{.head = {lines.name_of_x}};
  std::set<double> all;
  std::vector<std::map<double, double>> by_x;
  for (const LineSeries& series : lines.series) {
    table.head.push_back(series.name);
    by_x.emplace_back();
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      all.insert(series.x[i]);
      by_x.back()[series.x[i]] = series.y[i];
    }
  }
  const std::vector<double> xs(all.begin(), all.end());
  for (const std::size_t i : evenly(xs.size(), kMostTableRows)) {
    std::vector<std::string>& row = table.rows.emplace_back(1, number_text(xs[i]));
    for (const auto& series : by_x) {
      const auto found = series.find(xs[i]);
      row.push_back(found == series.end() ? "-" : value_text(lines, found->second));
    }
  }
  if (xs.size() > kMostTableRows)
    table.caption = std::to_string(table.rows.size()) + " of " + std::to_string(xs.size()) + " records";
  return table;
}

std::string with_last_values(const LineChart& lines) {
  constexpr int kMostNamed = 8;
  std::string last;
  int named = 0;
  for (const LineSeries& series : lines.series) {
    if (!series.in_legend || series.y.empty() || named++ >= kMostNamed) continue;
    last +=
        (last.empty() ? "" : ", ") + shortened(series.name, 60) + " " + value_text(lines, series.y.back());
  }
  return lines.about + (last.empty() ? " There are no values." : " Last: " + last + ".");
}

}  // namespace

Chart chart_of(const LineChart& lines) {
  std::vector<double> xs, ys;
  for (const LineSeries& series : lines.series) {
    xs.insert(xs.end(), series.x.begin(), series.x.end());
    ys.insert(ys.end(), series.y.begin(), series.y.end());
  }
  for (const Level& level : lines.levels) ys.push_back(level.y);
  Axes axes{.left = 62, .top = 10, .width = kChartWidth - 76, .height = 170, .x = Scale(xs), .y = Scale(ys)};
  if (lines.range)
    axes.y = Scale::of(lines.range->first, lines.range->second);
  else
    axes.y.widen(0.04);
  Chart chart{lines.title, with_last_values(lines), Drawing{.width = kChartWidth}, table_of(lines)};
  axes.draw(chart.drawing, lines.name_of_x, lines.name_of_y, lines.is_share);
  std::vector<LegendEntry> legend;
  for (const Level& level : lines.levels) {
    chart.drawing.add(Stroke{.points = {axes.at(axes.x.low(), level.y), axes.at(axes.x.high(), level.y)},
                             .paint = of_ink(Ink::soft),
                             .width = 1.2,
                             .dashed = true});
    legend.push_back({level.name + " " + value_text(lines, level.y), of_ink(Ink::soft), true});
  }
  for (const LineSeries& series : lines.series) {
    chart.drawing.add(Stroke{.points = points_of(series, axes),
                             .paint = series.paint,
                             .width = series.width,
                             .opacity = series.opacity,
                             .dashed = series.dashed});
    if (series.in_legend) legend.push_back({series.name, series.paint, series.dashed});
  }
  const double below = axes.top + axes.height + 40;
  chart.drawing.height = below + draw_legend(chart.drawing, legend, 10, below) + 6;
  return chart;
}

}  // namespace sand::experiments
