#include "experiments/report/weight_maps.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/report/panels.h"

namespace sand::experiments {
namespace {

constexpr Index kMostTablePoints = 128;

/// Images in rows, about as high as wide together.
HeatMap images_of(const TensorLayout& layout, const std::vector<double>& numbers) {
  const Index high = layout.height + 1, wide = layout.channels * layout.width + 1;
  const auto across = static_cast<Index>(
      std::ceil(std::sqrt(1.3 * static_cast<double>(layout.units * high) / static_cast<double>(wide))));
  const Index in_a_row = std::clamp<Index>(across, 1, layout.units);
  const Index rows = (layout.units + in_a_row - 1) / in_a_row;
  HeatMap map{.rows = static_cast<int>(rows * high - 1),
              .columns = static_cast<int>(in_a_row * wide - 1),
              .numbers = {}};
  map.numbers.assign(static_cast<std::size_t>(map.rows) * map.columns, std::nan(""));
  std::size_t from = 0;
  for (Index unit = 0; unit < layout.units; ++unit)
    for (Index c = 0; c < layout.channels; ++c)
      for (Index v = 0; v < layout.height; ++v)
        for (Index u = 0; u < layout.width; ++u, ++from) {
          const Index y = unit / in_a_row * high + v, x = unit % in_a_row * wide + c * layout.width + u;
          map.numbers[static_cast<std::size_t>(y * map.columns + x)] = numbers[from];
        }
  return map;
}

HeatMap table_map(const TensorLayout& layout, const std::vector<double>& numbers) {
  const auto points = [&](Index count) { return (count + layout.block - 1) / layout.block; };
  const Index down = points(layout.rows), across = points(layout.columns);
  HeatMap map{.rows = static_cast<int>(down), .columns = static_cast<int>(across), .numbers = {}};
  if (layout.is_turned) std::swap(map.rows, map.columns);
  map.numbers.resize(static_cast<std::size_t>(down * across));
  for (Index v = 0; v < down; ++v)
    for (Index u = 0; u < across; ++u) {
      double sum = 0;
      int count = 0;
      for (Index i = v * layout.block; i < std::min((v + 1) * layout.block, layout.rows); ++i)
        for (Index j = u * layout.block; j < std::min((u + 1) * layout.block, layout.columns); ++j, ++count)
          sum += numbers[static_cast<std::size_t>(i * layout.columns + j)];
      map.numbers[static_cast<std::size_t>(layout.is_turned ? u * down + v : v * across + u)] = sum / count;
    }
  return map;
}

/// Least, mean and greatest number of each output.
DataTable table_of_units(const Slot& slot, const std::vector<double>& numbers) {
  constexpr std::size_t kMostRows = 64;
  const auto units = static_cast<std::size_t>(slot.shape.rows()),
             of_each = static_cast<std::size_t>(slot.shape.columns());
  DataTable table{.caption = "by output of " + slot.name, .head = {"output", "least", "mean", "greatest"}};
  for (std::size_t unit = 0; unit < std::min(units, kMostRows); ++unit) {
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(unit * of_each);
    const auto last = first + static_cast<std::ptrdiff_t>(of_each);
    double sum = 0;
    for (auto at = first; at != last; ++at) sum += *at;
    table.rows.push_back({std::to_string(unit), number_text(*std::min_element(first, last)),
                          number_text(sum / static_cast<double>(of_each)),
                          number_text(*std::max_element(first, last))});
  }
  if (units > kMostRows) table.caption += ", the first 64 of " + std::to_string(units);
  return table;
}

std::string about_layout(const Slot& slot, const TensorLayout& layout) {
  if (!layout.is_images) {
    const bool turned = layout.is_turned;
    std::string text = std::string(turned ? "A column" : "A row") + " is an output of " + slot.name + " " +
                       slot.shape.text() + ", a " + (turned ? "row" : "column") + " one of its inputs.";
    if (layout.block > 1)
      text += " A point is the mean of " + std::to_string(layout.block * layout.block) + " weights.";
    return text;
  }
  return "An image for each output of " + slot.name + " " + slot.shape.text() +
         (layout.units < layout.all_units ? ", the first " + std::to_string(layout.units) : "") +
         (layout.channels > 1 ? ", its " + std::to_string(layout.channels) + " channels side by side." : ".");
}

std::vector<double> doubles(const std::vector<Scalar>& numbers) { return {numbers.begin(), numbers.end()}; }

Chart map_chart(const std::string& title, const std::string& about, const Slot& slot, HeatMap map,
                const std::vector<double>& numbers) {
  const double cell = std::min(24.0, kChartWidth / std::max(map.columns, 1));
  if (map.rows * cell > 420) {
    const Drawing drawing = drawing_of(map, kChartWidth, 420.0 / map.rows, true);
    return {title, about, drawing, table_of_units(slot, numbers)};
  }
  return {title, about, drawing_of(map, kChartWidth, cell, true), table_of_units(slot, numbers)};
}

/// One panel for each of up to six updates.
Chart over_time(const std::string& label, const std::string& what, const TensorLayout& layout,
                const std::vector<MeasuredStep>& steps, std::vector<double> MeasuredStep::*numbers) {
  Chart chart{label + ": " + what + " of the first layer over the steps",
              "The same map at several steps: dark is 0, light is 1.",
              {},
              {.head = {"updates", "mean", "share of 0", "share of 0.99 or more"}}};
  std::vector<Panel> panels;
  for (const std::size_t i : evenly(steps.size(), 6))
    panels.push_back(
        {"after " + std::to_string(steps[i].updates) + " updates", map_of(layout, steps[i].*numbers)});
  for (const MeasuredStep& step : steps) {
    double sum = 0, zero = 0, one = 0;
    for (const double number : step.*numbers) sum += number, zero += number == 0, one += number >= 0.99;
    const double count = static_cast<double>((step.*numbers).size());
    chart.table.rows.push_back({std::to_string(step.updates), number_text(sum / count),
                                percent_text(zero / count), percent_text(one / count)});
  }
  chart.drawing = panels_drawing(panels, kChartWidth, 2);
  return chart;
}

}  // namespace

TensorLayout layout_of(const Slot& slot, const Shape& example) {
  constexpr Index kMostPoints = 24000, kMostUnits = 64;
  const Shape& shape = slot.shape;
  TensorLayout layout{
      .units = shape.rows(), .all_units = shape.rows(), .rows = shape.rows(), .columns = shape.columns()};
  if (shape.rank() == 4)
    layout.is_images = true, layout.channels = shape[1], layout.height = shape[2], layout.width = shape[3];
  else if (example.rank() == 3 && example.size() == shape.columns() && example[1] > 1)
    layout.is_images = true, layout.channels = example[0], layout.height = example[1],
    layout.width = example[2];
  if (layout.is_images)
    layout.units = std::clamp<Index>(kMostPoints / std::max<Index>(shape.columns(), 1), 1,
                                     std::min(kMostUnits, layout.units));
  layout.is_turned = !layout.is_images && layout.rows > layout.columns;
  layout.block = (std::max(layout.rows, layout.columns) + kMostTablePoints - 1) / kMostTablePoints;
  return layout;
}

HeatMap map_of(const TensorLayout& layout, const std::vector<double>& numbers) {
  return layout.is_images ? images_of(layout, numbers) : table_map(layout, numbers);
}

std::vector<Chart> weight_charts(const std::string& label, const Slot& slot, const Shape& example,
                                 const std::vector<MeasuredStep>& steps) {
  if (steps.empty() || steps.back().weights.empty()) return {};
  const MeasuredStep& last = steps.back();
  const TensorLayout layout = layout_of(slot, example);
  const std::string about = about_layout(slot, layout),
                    when = ", after " + std::to_string(last.updates) + " updates";
  const std::vector<double> weights = doubles(last.weights);
  HeatMap map = map_of(layout, weights);
  double most = 1e-30;
  for (const double number : map.numbers)
    most = std::isnan(number) ? most : std::max(most, std::fabs(number));
  map.low = -most, map.high = most, map.is_signed = true;
  std::vector<Chart> charts = {
      map_chart(label + ": weights of the first layer" + when, about, slot, map, weights)};
  if (!last.mask.empty())
    charts.push_back(map_chart(label + ": mask of the first layer" + when,
                               about + " Dark is closed, light is open.", slot, map_of(layout, last.mask),
                               last.mask));
  charts.push_back(map_chart(label + ": agreement in the first layer" + when,
                             about + " Dark is s = 0, the domains disagree; light is s = 1.", slot,
                             map_of(layout, last.agreement), last.agreement));
  if (steps.size() < 2) return charts;
  charts.push_back(last.mask.empty() ? over_time(label, "agreement", layout, steps, &MeasuredStep::agreement)
                                     : over_time(label, "mask", layout, steps, &MeasuredStep::mask));
  return charts;
}

}  // namespace sand::experiments
