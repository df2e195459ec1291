// Drawings as points, for PNG files: the colours of a light page.
#pragma once

#include "experiments/report/drawing.h"

namespace sand::experiments {

/// The drawing on a light ground, with `scale` points for each unit. Edges are smooth. Throws
/// Error(resources) for more than 2^26 points.
Picture picture_of(const Drawing& drawing, int scale = 2);

}  // namespace sand::experiments
