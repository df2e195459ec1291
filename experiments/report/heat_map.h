// A table of numbers as coloured rectangles.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/report/drawing.h"

namespace sand::experiments {

/// Row-major numbers with names of rows and columns. A list of names is empty, or names every row.
struct HeatMap {
  int rows = 0, columns = 0;
  std::vector<double> numbers;  ///< NaN: unknown
  double low = 0, high = 1;     ///< the ends of the colours
  bool is_signed = false;       ///< low = -high: signed_colour, else heat_colour
  std::vector<std::string> row_names = {}, column_names = {};
  std::string row_axis = {}, column_axis = {};
  std::vector<std::string> cell_texts = {};  ///< in the cells; empty: none
};

/// The numbers as points of a picture, one for each.
Picture picture_of(const HeatMap& map);

/// The map in a chart of this width, with a bar that explains its colours. Names are thinned so that they do
/// not overlap. Cells are at most `cell` wide; with `is_square`, as high as wide.
Drawing drawing_of(const HeatMap& map, double width, double cell, bool is_square);

/// A bar with the colours from low to high, and its ends. Returns its height.
double draw_colour_bar(Drawing& drawing, const HeatMap& map, double left, double top);

}  // namespace sand::experiments
