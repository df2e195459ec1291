// The hyper-parameters of a run before a user's own: which there are, and their values under the seeds.
#pragma once

#include <string>
#include <vector>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/protocols.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// The rules of protocol, algorithm and objective. Under DomainBed's protocol with the exceptions that it
/// makes for an algorithm on some data sets (RDM).
std::vector<HparamRule> search_space(const Protocol& protocol, const Algorithm& method,
                                     const std::string& data_set);

/// The drawn values, or the defaults at hparams_seed 0, of settings with their protocol and data set. Throws
/// Error(usage) for k_as_first_released of an algorithm other than SANDMask.
Hparams drawn_hparams(const Settings& settings, const Algorithm& method);

}  // namespace sand::experiments
