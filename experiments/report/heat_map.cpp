#include "experiments/report/heat_map.h"

#include <algorithm>
#include <cmath>

#include "experiments/report/chart.h"
#include "experiments/report/style.h"
#include "tensor/elementary.h"

namespace sand::experiments {
namespace {

constexpr double kNameSize = 12, kRight = 10;

std::array<double, 3> cell_colour(const HeatMap& map, double number) {
  const double share = (number - map.low) / (map.high - map.low);
  return map.is_signed ? signed_colour(2 * share - 1) : heat_colour(share);
}

/// Black or white, whichever is easier to read on the colour.
Paint readable_on(const std::array<double, 3>& colour) {
  const auto linear = [](double shade) { return shade > 0 ? exp(2.2 * log(shade)) : 0; };
  const double light = 0.21 * linear(colour[0]) + 0.72 * linear(colour[1]) + 0.07 * linear(colour[2]);
  return light > 0.18 ? of_colour({0, 0, 0}) : of_colour({1, 1, 1});
}

double widest(const std::vector<std::string>& names) {
  double width = 0;
  for (const std::string& name : names) width = std::max(width, width_of(name, kNameSize));
  return width;
}

std::vector<std::string> short_names(const std::vector<std::string>& names) {
  std::vector<std::string> cut;
  for (const std::string& name : names) cut.push_back(shortened(name, 18));
  return cut;
}

/// Room around the cells, and their sizes.
struct Layout {
  std::vector<std::string> rows, columns;
  double left, top, cell_width, cell_height;

  Layout(const HeatMap& map, double width, double cell, bool is_square)
      : rows(short_names(map.row_names)), columns(short_names(map.column_names)) {
    left = (map.row_axis.empty() ? 4 : 18) + (rows.empty() ? 4 : widest(rows) + 8);
    top = 6;
    cell_width = std::min(cell, (width - left - kRight) / std::max(map.columns, 1));
    cell_height =
        is_square ? cell_width : std::clamp(170.0 / std::max(map.rows, 1), map.rows <= 40 ? 13.0 : 0.0, 22.0);
  }
};

void draw_names(Drawing& drawing, const HeatMap& map, const Layout& at) {
  const double bottom = at.top + map.rows * at.cell_height;
  const int every_row = std::max(1, static_cast<int>(std::ceil((kNameSize + 1) / at.cell_height)));
  for (int i = 0; i < static_cast<int>(at.rows.size()); i += every_row)
    drawing.add(Words{.at = {at.left - 5, at.top + (i + 0.5) * at.cell_height + 4},
                      .text = at.rows[static_cast<std::size_t>(i)],
                      .size = kNameSize,
                      .paint = of_ink(Ink::soft),
                      .anchor = Anchor::end});
  const int every = std::max(1, static_cast<int>(std::ceil((widest(at.columns) + 6) / at.cell_width)));
  for (int j = 0; j < static_cast<int>(at.columns.size()); j += every)
    drawing.add(Words{.at = {at.left + (j + 0.5) * at.cell_width, bottom + 14},
                      .text = at.columns[static_cast<std::size_t>(j)],
                      .size = kNameSize,
                      .paint = of_ink(Ink::soft),
                      .anchor = Anchor::middle});
}

void draw_cell_texts(Drawing& drawing, const HeatMap& map, const Layout& at) {
  for (std::size_t i = 0; i < map.cell_texts.size(); ++i) {
    if (width_of(map.cell_texts[i], kNameSize) > at.cell_width || at.cell_height < kNameSize) continue;
    const auto row = static_cast<double>(i / static_cast<std::size_t>(map.columns)),
               column = static_cast<double>(i % static_cast<std::size_t>(map.columns));
    drawing.add(
        Words{.at = {at.left + (column + 0.5) * at.cell_width, at.top + (row + 0.5) * at.cell_height + 4},
              .text = map.cell_texts[i],
              .size = kNameSize,
              .paint = readable_on(cell_colour(map, map.numbers[i])),
              .anchor = Anchor::middle});
  }
}

}  // namespace

Picture picture_of(const HeatMap& map) {
  Picture picture(std::max(map.columns, 1), std::max(map.rows, 1));
  for (int v = 0; v < map.rows; ++v)
    for (int u = 0; u < map.columns; ++u) {
      const auto shades = cell_colour(map, map.numbers[static_cast<std::size_t>(v) * map.columns + u]);
      picture.set(u, v, shades[0], shades[1], shades[2]);
    }
  return picture;
}

double draw_colour_bar(Drawing& drawing, const HeatMap& map, double left, double top) {
  constexpr int kPoints = 64;
  constexpr double kWidth = 120, kHeight = 9;
  HeatMap bar{.rows = 1,
              .columns = kPoints,
              .numbers = {},
              .low = map.low,
              .high = map.high,
              .is_signed = map.is_signed};
  for (int i = 0; i < kPoints; ++i) bar.numbers.push_back(map.low + (map.high - map.low) * i / (kPoints - 1));
  const std::string low = number_text(map.low), high = number_text(map.high);
  const double start = left + width_of(low, kNameSize) + 6;
  const auto words = [&](double x, const std::string& text) {
    drawing.add(Words{.at = {x, top + kHeight}, .text = text, .size = kNameSize, .paint = of_ink(Ink::soft)});
  };
  words(left, low);
  drawing.add(Raster{{start, top}, kWidth, kHeight, std::make_shared<const Picture>(picture_of(bar))});
  words(start + kWidth + 6, high);
  return kHeight + 8;
}

Drawing drawing_of(const HeatMap& map, double width, double cell, bool is_square) {
  const Layout at(map, width, cell, is_square);
  Drawing drawing{.width = width, .height = 0};
  const double inner_width = at.cell_width * map.columns, inner_height = at.cell_height * map.rows;
  drawing.add(
      Raster{{at.left, at.top}, inner_width, inner_height, std::make_shared<const Picture>(picture_of(map))});
  draw_names(drawing, map, at);
  draw_cell_texts(drawing, map, at);
  double y = at.top + inner_height + (at.columns.empty() ? 6 : 22);
  if (!map.row_axis.empty())
    drawing.add(Words{.at = {12, at.top + inner_height / 2},
                      .text = map.row_axis,
                      .size = kNameSize,
                      .anchor = Anchor::middle,
                      .upward = true});
  if (!map.column_axis.empty()) {
    drawing.add(Words{.at = {at.left + inner_width / 2, y + 10},
                      .text = map.column_axis,
                      .size = kNameSize,
                      .anchor = Anchor::middle});
    y += 18;
  }
  drawing.height = y + 4 + draw_colour_bar(drawing, map, at.left, y + 4);
  return drawing;
}

}  // namespace sand::experiments
