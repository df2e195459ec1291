// A chart: a drawing with its words and the numbers behind it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/drawing.h"
#include "experiments/report/html.h"

namespace sand::experiments {

struct Chart {
  std::string title;
  std::string about;  ///< the text alternative: what it shows, and what one sees
  Drawing drawing;
  DataTable table;
};

constexpr double kChartWidth = 420;  ///< of most charts: text stays readable on a phone

/// The element <figure>: title, drawing, text and table. `id` is unique in the page.
std::string html_figure(const Chart& chart, const std::string& id);

/// All charts below each other, with their titles.
Drawing stacked(const std::vector<Chart>& charts);
/// Likewise beside each other.
Drawing side_by_side(const std::vector<Chart>& charts);

/// Throws Error(usage) unless the name ends with .svg or .png. `flag`: "plot: --out", which gave it.
void check_drawing_name(const std::string& flag, const std::string& path);
/// Writes a drawing of these charts, in the format that the end of the name says. Throws Error(io).
void write_drawing(const std::string& path, const Drawing& drawing, const std::vector<Chart>& charts);

/// "1234", "0.05", "1e-06": four digits; "-" for NaN.
std::string number_text(double number);
/// "71.7%"; "-" for NaN.
std::string percent_text(double share);

/// At most `most` numbers of 0 .. count - 1, evenly spread, the first and the last among them.
std::vector<std::size_t> evenly(std::size_t count, std::size_t most);

}  // namespace sand::experiments
