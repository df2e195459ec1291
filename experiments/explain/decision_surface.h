// The decisions of a two-class network in the plane of its first two inputs.
#pragma once

#include "domains/domain.h"
#include "experiments/explain/picture.h"
#include "experiments/setup/models.h"

namespace sand::experiments {

constexpr int kSurfaceSide = 320;  ///< pixels

/// Draws a square with its upper left corner at (left, top). The probability of class 1 sets the colour of
/// each point of the plane, between the colours of the classes. Examples of the `dots` domains are drawn over
/// it, in the full colour of their label. If an example has more than two numbers, the others come from
/// examples of `domain`, and the probability is the mean over these. `model` has one output or two.
void draw_decisions(Picture& picture, int left, int top, const Model& model, const domains::Domain& domain,
                    std::span<const domains::Domain> dots);

}  // namespace sand::experiments
