// The algorithms by name. Each is the card of a combiner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/setup/hparams.h"
#include "optim/card.h"

namespace sand::experiments {

using Algorithm = optim::CombinerCard;

const std::vector<Algorithm>& algorithms();
std::vector<std::string> algorithm_names();

/// Replaces values of `hparams` by a user's JSON, see override_hparams. Names on stderr those that `method`
/// does not use.
void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method);

/// Ignores case. Throws Error(usage) with a suggestion.
const Algorithm& algorithm(std::string_view name);

}  // namespace sand::experiments
