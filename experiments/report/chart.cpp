#include "experiments/report/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "experiments/report/raster.h"
#include "experiments/report/svg.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

constexpr double kHeading = 26;

void add_titled(Drawing& all, const Chart& chart, double right, double down) {
  all.add(Words{.at = {right + 8, down + 18}, .text = shortened(chart.title, 70), .size = 13});
  all.add(chart.drawing, right, down + kHeading);
}

}  // namespace

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
  Drawing all;
  for (const Chart& chart : charts) {
    add_titled(all, chart, 0, all.height);
    all.height += kHeading + chart.drawing.height;
    all.width = std::max(all.width, chart.drawing.width);
  }
  return all;
}

Drawing side_by_side(const std::vector<Chart>& charts) {
  Drawing all;
  for (const Chart& chart : charts) {
    add_titled(all, chart, all.width, 0);
    all.width += chart.drawing.width;
    all.height = std::max(all.height, kHeading + chart.drawing.height);
  }
  return all;
}

void check_drawing_name(const std::string& flag, const std::string& path) {
  check(path.ends_with(".svg") || path.ends_with(".png"),
        [&] { return Error(Fault::usage, flag + " must end with .svg or .png").fact("found", path); });
}

void write_drawing(const std::string& path, const Drawing& drawing, const std::vector<Chart>& charts) {
  if (path.ends_with(".png")) return picture_of(drawing).write_png(path);
  std::string about;
  for (const Chart& chart : charts) about += chart.title + ". " + chart.about + " ";
  const std::string text = svg_file(drawing, charts.at(0).title, about);
  NewFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
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
