// The hyper-parameters of a run before a user's own: which there are, and their values under the seeds.
#pragma once

#include <vector>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// The rules of protocol, algorithm, objective and optimizer. Under DomainBed's protocol with the exceptions
/// that it makes for an algorithm on some data sets (RDM). `settings`: with protocol, data set and recipe.
std::vector<HparamRule> search_space(const Settings& settings, const Algorithm& method);

/// The drawn values, or the defaults at hparams_seed 0, of the same settings. Throws Error(usage)
/// for k_as_first_released of an algorithm other than SANDMask.
Hparams drawn_hparams(const Settings& settings, const Algorithm& method);

}  // namespace sand::experiments
