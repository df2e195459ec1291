// The loss of a run: the protocol's, with the weights of its classes.
#pragma once

#include <memory>
#include <vector>

#include "autograd/objective.h"
#include "domains/domain.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// Weights of the classes [data.classes] for --class-weights; none if it is not set. Balanced weights are
/// N / (classes N_c), with N_c the examples of class c in all training parts and N their sum: a class counts
/// as much as any other, and their mean over the examples is 1. A class that no training part has gets weight
/// 1. Throws Error(usage) for another number of weights than classes, and for data without classes.
std::vector<double> class_weights(const Settings& settings, const domains::DataSet& data,
                                  const std::vector<domains::Part>& training);

/// The loss of a row under the protocol, with these weights.
std::unique_ptr<Objective> row_objective(const Settings& settings, const domains::DataSet& data,
                                         const std::vector<domains::Part>& training);

}  // namespace sand::experiments
