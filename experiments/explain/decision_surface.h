// What a network of two classes decides in the plane of its first two inputs.
#pragma once

#include "domains/domain.h"
#include "experiments/explain/picture.h"
#include "experiments/setup/models.h"

namespace sand::experiments {

constexpr int kSurfaceSide = 320;  ///< pixels

/// Draws a square whose left upper corner is (left, top): each point of the plane in a colour between those
/// of the classes, by the probability of class 1, and examples of `dots` domains over it, in the full colour
/// of their label. Where an example has more than two numbers, the others come from examples of `domain`, and
/// the probability is the mean over these. `model` has one output or two.
void draw_decisions(Picture& picture, int left, int top, const Model& model, const domains::Domain& domain,
                    std::span<const domains::Domain> dots);

}  // namespace sand::experiments
