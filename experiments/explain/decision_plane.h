// What a network of two classes predicts on the plane of its first two inputs, as numbers.
#pragma once

#include <vector>

#include "domains/domain.h"
#include "experiments/setup/models.h"

namespace sand::experiments {

/// The plane reaches from -kPlaneRange to kPlaneRange on both axes.
constexpr double kPlaneRange = 2.5;

/// The first `count` examples of a domain, or all if there are fewer. They are in random order already.
domains::Part first_examples(const domains::Domain& domain, std::uint32_t count);

/// The probability of class 1, from the outputs of one row: one logit, or two.
double probability_of_class_1(std::span<const Scalar> outputs);

/// The probability of class 1 at the centres of points x points squares, row by row from the top. The other
/// inputs are those of the first `tries` examples of `domain`, and the probability is the mean over these.
/// `model` has one output or two, and inputs without channels.
std::vector<double> probabilities_on_plane(const Model& model, const domains::Domain& domain, int points,
                                           std::uint32_t tries);

}  // namespace sand::experiments
