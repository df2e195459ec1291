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

/// "1234", "0.05", "1e-06": four digits; "-" for NaN.
std::string number_text(double number);
/// "71.7%"; "-" for NaN.
std::string percent_text(double share);

/// At most `most` numbers of 0 .. count - 1, evenly spread, the first and the last among them.
std::vector<std::size_t> evenly(std::size_t count, std::size_t most);

}  // namespace sand::experiments
