#include "experiments/report/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "experiments/report/svg.h"

namespace sand::experiments {

std::string html_figure(const Chart& chart, const std::string& id) {
  std::string html = "<figure id=\"" + id + "\"><figcaption>" + escaped_text(chart.title) +
                     "</figcaption>\n" +
                     svg_element(chart.drawing, id + "-picture", chart.title, chart.about) + "<p>" +
                     escaped_text(chart.about) + "</p>";
  DataTable table = chart.table;
  table.caption = chart.title + ": " + (table.caption.empty() ? "the numbers" : table.caption);
  return html + "<details><summary>Numbers: " + escaped_text(chart.title) + "</summary>" + html_table(table) +
         "</details></figure>\n";
}

Drawing stacked(const std::vector<Chart>& charts) {
  constexpr double kHeading = 26;
  Drawing all;
  for (const Chart& chart : charts) {
    all.add(Words{.at = {8, all.height + 18}, .text = shortened(chart.title, 70), .size = 13});
    all.add(chart.drawing, 0, all.height + kHeading);
    all.height += kHeading + chart.drawing.height;
    all.width = std::max(all.width, chart.drawing.width);
  }
  return all;
}

std::string number_text(double number) {
  if (std::isnan(number)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, "%.4g", number);
  return text;
}

std::string percent_text(double share) {
  if (std::isnan(share)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, "%.1f%%", 100 * share);
  return text;
}

std::vector<std::size_t> evenly(std::size_t count, std::size_t most) {
  std::vector<std::size_t> chosen;
  const std::size_t shown = std::min(count, most);
  for (std::size_t i = 0; i < shown; ++i)
    chosen.push_back(shown == 1 ? count - 1 : i * (count - 1) / (shown - 1));
  return chosen;
}

}  // namespace sand::experiments
