// Several small maps in one drawing.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/heat_map.h"

namespace sand::experiments {

struct Panel {
  std::string title;
  HeatMap map;  ///< its names and axes are not drawn
};

/// Panels in rows, with their titles above; they share the colours of the first, explained below. Points are
/// square.
Drawing panels_drawing(const std::vector<Panel>& panels, double width, int in_a_row);

}  // namespace sand::experiments
