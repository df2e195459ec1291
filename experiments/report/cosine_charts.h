// The cosines between the gradients of the training domains.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/chart.h"
#include "experiments/report/replay.h"

namespace sand::experiments {

/// The matrix of the last measured update, the matrices of up to six updates, and their mean and least entry
/// over the steps. `names` are those of the domains. Empty for fewer than two domains.
std::vector<Chart> cosine_charts(const std::string& label, const std::vector<MeasuredStep>& steps,
                                 const std::vector<std::string>& names);

}  // namespace sand::experiments
