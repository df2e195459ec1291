// Letters as lines, for pictures of points.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/drawing.h"

namespace sand::experiments {

/// The lines of a text of this size. It starts at (0, 0) on the base line and runs to the right; y grows
/// downwards. ASCII and the few signs that charts use; any other letter is a frame.
std::vector<std::vector<Point>> letter_lines(const std::string& text, double size);

}  // namespace sand::experiments
