// The optimizer of a run.
#pragma once

#include <memory>

#include "autograd/parameters.h"
#include "experiments/setup/settings.h"
#include "optim/optimizers/optimizer_card.h"

namespace sand::experiments {

/// The user's choice, or the one that the method asks for (Algorithm::optimizer).
const optim::OptimizerCard& optimizer_card(const Settings& settings);

/// With the learning rate before any schedule. Throws Error(usage) for hyper-parameters out of range.
std::unique_ptr<optim::Optimizer> make_optimizer(const Settings& settings, const Parameters& parameters);

/// The names of its state in files.
optim::StateLayout state_layout(const Settings& settings);

}  // namespace sand::experiments
