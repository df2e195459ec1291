// Lines over steps, as a chart.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/report/chart.h"

namespace sand::experiments {

struct LineSeries {
  std::string name;
  std::vector<double> x, y;  ///< as long as each other; NaN in y is a gap
  Paint paint = {};
  double width = 2, opacity = 1;
  bool dashed = false;
  bool in_legend = true;  ///< otherwise only in the table
};

/// A horizontal line: what a score should not, or cannot, exceed.
struct Level {
  std::string name;
  double y = 0;
};

struct LineChart {
  std::string title, about, name_of_x = "step", name_of_y;
  std::vector<LineSeries> series;
  std::vector<Level> levels = {};
  std::optional<std::pair<double, double>> range = {};  ///< of y; empty: that of the numbers
  bool is_share = false;                                ///< y in percent
};

/// The drawing, the last values as part of the text, and a table of at most 60 rows. Numbers outside a given
/// range are drawn at its end.
Chart chart_of(const LineChart& lines);

}  // namespace sand::experiments
