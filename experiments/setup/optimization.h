// The optimizer of a run, its learning rates and the clip of its direction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "autograd/parameters.h"
#include "experiments/setup/settings.h"
#include "optim/clip.h"
#include "optim/optimizers/optimizer_card.h"

namespace sand::experiments {

/// The one that the method asks for (Algorithm::optimizer), the user's choice, or the protocol's.
const optim::OptimizerCard& optimizer_card(const Settings& settings);

/// With the learning rate before any schedule. Throws Error(usage) for hyper-parameters out of range.
std::unique_ptr<optim::Optimizer> make_optimizer(const Settings& settings, const Parameters& parameters);

/// The learning rate of each step under the schedule, before what an objective changes.
std::function<double(std::int64_t step)> learning_rates(const Settings& settings);

/// How the direction of a step is clipped.
optim::ClipOptions clip_options(const Settings& settings);

/// The names of its state in files.
optim::StateLayout state_layout(const Settings& settings);

}  // namespace sand::experiments
