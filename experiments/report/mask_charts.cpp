#include "experiments/report/mask_charts.h"

#include <algorithm>
#include <cmath>

#include "experiments/report/axes.h"
#include "experiments/report/heat_map.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kMostColumns = 48, kMostTensors = 40, kMostTableLevels = 65;

bool has_mask(const LogRecord& record) { return std::isfinite(record.mask.closed); }

std::vector<const LogRecord*> records_with_masks(const RunLog& log) {
  std::vector<const LogRecord*> found;
  for (const LogRecord& record : log.records)
    if (has_mask(record)) found.push_back(&record);
  return found;
}

std::vector<const LogRecord*> thinned(const std::vector<const LogRecord*>& records) {
  std::vector<const LogRecord*> chosen;
  for (const std::size_t i : evenly(records.size(), kMostColumns)) chosen.push_back(records[i]);
  return chosen;
}

struct Band {
  const char* name;
  double MaskShares::*share;
  Paint paint;
};
const Band kBands[] = {{"open, m \u2265 0.99", &MaskShares::open, of_series(2)},
                       {"partial, 0 < m < 0.99", &MaskShares::partial, of_series(1)},
                       {"closed, m = 0", &MaskShares::closed, of_series(7)}};

/// Shares above each other, from the bottom.
void draw_bands(Drawing& drawing, const Axes& axes, const std::vector<const LogRecord*>& records) {
  std::vector<double> bottom(records.size(), 0);
  for (const Band& band : kBands) {
    Area area{.points = {}, .paint = band.paint, .opacity = 0.8};
    std::vector<Point> back;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const double share = records[i]->mask.*band.share, step = records[i]->step;
      const double top = std::clamp(bottom[i] + (std::isfinite(share) ? share : 0), 0.0, 1.0);
      area.points.push_back(axes.at(step, top));
      back.push_back(axes.at(step, bottom[i]));
      bottom[i] = top;
    }
    area.points.insert(area.points.end(), back.rbegin(), back.rend());
    drawing.add(area);
  }
}

Chart shares_chart(const RunLog& log, const std::vector<const LogRecord*>& records) {
  std::vector<double> steps;
  for (const LogRecord* record : records) steps.push_back(record->step);
  const Axes axes{.left = 62,
                  .top = 10,
                  .width = kChartWidth - 76,
                  .height = 170,
                  .x = Scale(steps),
                  .y = Scale::of(0, 1)};
  Chart chart{log.label + ": mask of all weights",
              "",
              Drawing{.width = kChartWidth},
              {.head = {"step", "closed", "partial", "open"}}};
  draw_bands(chart.drawing, axes, records);
  axes.draw(chart.drawing, "step", "share of the weights", true);
  std::vector<LegendEntry> legend;
  for (const Band& band : kBands) legend.push_back({band.name, band.paint, false, true});
  const double below = axes.top + axes.height + 40;
  chart.drawing.height = below + draw_legend(chart.drawing, legend, 10, below) + 6;
  for (const LogRecord* record : thinned(records))
    chart.table.rows.push_back({number_text(record->step), percent_text(record->mask.closed),
                                percent_text(record->mask.partial), percent_text(record->mask.open)});
  const MaskShares& last = records.back()->mask;
  chart.about = "The shares of weights that the mask closes, moves partly, and moves. Last: closed " +
                percent_text(last.closed) + ", partial " + percent_text(last.partial) + ", open " +
                percent_text(last.open) + ". A method without a mask counts as open.";
  return chart;
}

double density_of(const MaskShares& shares) { return shares.partial + shares.open; }
double saturation_of(const MaskShares& shares) {
  const double moved = shares.partial + shares.open;
  return moved > 0 ? shares.open / moved : kUnknown;
}

/// One row for each tensor, one column for each record.
Chart tensor_chart(const RunLog& log, const std::vector<const LogRecord*>& all, const std::string& what,
                   const std::string& about, double (*number)(const MaskShares&)) {
  const std::vector<const LogRecord*> records = thinned(all);
  const std::size_t tensors = std::min(log.tensors.size(), kMostTensors);
  HeatMap map{.rows = static_cast<int>(tensors), .columns = static_cast<int>(records.size()), .numbers = {}};
  map.column_axis = "step";
  Chart chart{log.label + ": " + what + " by tensor", about, {}, {.head = {"tensor"}}};
  for (const LogRecord* record : records) {
    map.column_names.push_back(number_text(record->step));
    chart.table.head.push_back("step " + number_text(record->step));
  }
  for (std::size_t t = 0; t < tensors; ++t) {
    map.row_names.push_back(log.tensors[t]);
    std::vector<std::string>& row = chart.table.rows.emplace_back(1, log.tensors[t]);
    for (const LogRecord* record : records) {
      const double value = t < record->tensors.size() ? number(record->tensors[t]) : kUnknown;
      map.numbers.push_back(value);
      row.push_back(percent_text(value));
    }
  }
  chart.drawing = drawing_of(map, kChartWidth, 60, false);
  if (tensors < log.tensors.size())
    chart.about += " The first " + std::to_string(tensors) + " of " + std::to_string(log.tensors.size()) +
                   " tensors are shown.";
  return chart;
}

Chart histogram(const RunLog& log, const LogRecord& record) {
  const std::vector<double>& counts = record.mask.balance;
  const double domains = static_cast<double>(counts.size() - 1);
  double all = 0;
  for (const double count : counts) all += std::isfinite(count) ? count : 0;
  std::vector<double> shares;
  for (const double count : counts) shares.push_back(all > 0 ? count / all : kUnknown);
  Axes axes{.left = 62,
            .top = 10,
            .width = kChartWidth - 76,
            .height = 170,
            .x = Scale::of(0, 1),
            .y = Scale(shares)};
  axes.y = Scale::of(0, std::max(axes.y.high(), 1e-6));
  axes.x = Scale::of(-0.5 / domains, 1 + 0.5 / domains);
  Chart chart{log.label + ": agreement at step " + number_text(record.step),
              "How many weights have the agreement s = |n_plus - n_minus| / " + number_text(domains) +
                  ": n_plus training domains have a positive gradient, n_minus a negative one.",
              Drawing{.width = kChartWidth},
              {.head = {"s", "|n_plus - n_minus|", "weights", "share"}}};
  axes.draw(chart.drawing, "agreement s", "share of the weights", true);
  const double width = axes.width / static_cast<double>(counts.size());
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double s = static_cast<double>(k) / domains;
    const Point top = axes.at(s, shares[k]), base = axes.at(s, 0);
    if (std::isfinite(top.y))
      chart.drawing.add(box(top.x - 0.4 * width, top.y, 0.8 * width, base.y - top.y, of_series(0)));
    chart.table.rows.push_back(
        {number_text(s), std::to_string(k), number_text(counts[k]), percent_text(shares[k])});
  }
  double below = axes.top + axes.height + 40;
  if (log.tau >= 0 && log.tau <= 1) {
    chart.drawing.add(Stroke{.points = {axes.at(log.tau, 0), axes.at(log.tau, axes.y.high())},
                             .paint = of_series(1),
                             .width = 2,
                             .dashed = true});
    below += draw_legend(chart.drawing, {{"tau " + number_text(log.tau), of_series(1), true}}, 10, below);
    chart.about += " The dashed line is tau: a mask closes what is below.";
  }
  chart.drawing.height = below + 6;
  return chart;
}

/// All records: a column is a histogram.
Chart agreement_map(const RunLog& log, const std::vector<const LogRecord*>& all) {
  const std::vector<const LogRecord*> records = thinned(all);
  const std::size_t levels = all.back()->mask.balance.size();
  HeatMap map{.rows = static_cast<int>(levels),
              .columns = static_cast<int>(records.size()),
              .numbers = std::vector<double>(levels * records.size(), kUnknown)};
  map.row_axis = "agreement s", map.column_axis = "step";
  double most = 1e-6;
  for (std::size_t column = 0; column < records.size(); ++column) {
    map.column_names.push_back(number_text(records[column]->step));
    const std::vector<double>& counts = records[column]->mask.balance;
    double sum = 0;
    for (const double count : counts) sum += count;
    for (std::size_t k = 0; k < std::min(levels, counts.size()) && sum > 0; ++k) {
      map.numbers[(levels - 1 - k) * records.size() + column] = counts[k] / sum;
      most = std::max(most, counts[k] / sum);
    }
  }
  map.high = most;
  Chart chart{log.label + ": agreement over the steps",
              "Each column is a histogram of the weights by their agreement s; lighter means more weights.",
              {},
              {.head = {"s"}}};
  for (const std::string& step : map.column_names) chart.table.head.push_back("step " + step);
  const double most_agreement = static_cast<double>(std::max<std::size_t>(levels - 1, 1));
  for (std::size_t row = 0; row < levels; ++row) {
    const double s = static_cast<double>(levels - 1 - row) / most_agreement;
    map.row_names.push_back(number_text(std::round(100 * s) / 100));
  }
  for (const std::size_t row : evenly(levels, kMostTableLevels)) {
    std::vector<std::string>& texts = chart.table.rows.emplace_back(1, map.row_names[row]);
    for (std::size_t column = 0; column < records.size(); ++column)
      texts.push_back(percent_text(map.numbers[row * records.size() + column]));
  }
  chart.drawing = drawing_of(map, kChartWidth, 60, false);
  return chart;
}

}  // namespace

std::vector<Chart> mask_charts(const RunLog& log) {
  const std::vector<const LogRecord*> records = records_with_masks(log);
  if (records.empty()) return {};
  std::vector<Chart> charts = {shares_chart(log, records)};
  if (log.tensors.empty()) return charts;
  charts.push_back(tensor_chart(log, records, "mask density",
                                "The share of weights with m > 0 in each parameter tensor, at each recorded "
                                "step; dark is closed, light is open.",
                                density_of));
  charts.push_back(tensor_chart(log, records, "mask saturation",
                                "Of the weights with m > 0, the share with m \u2265 0.99: at 100% the mask "
                                "is a hard one. Grey: no weight is open.",
                                saturation_of));
  return charts;
}

std::vector<Chart> agreement_charts(const RunLog& log) {
  std::vector<const LogRecord*> records = records_with_masks(log);
  std::erase_if(records, [](const LogRecord* record) { return record->mask.balance.size() < 2; });
  if (records.empty()) return {};
  return {histogram(log, *records.back()), agreement_map(log, records)};
}

}  // namespace sand::experiments
