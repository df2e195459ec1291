// The algorithms by name: the cards of the combiners.
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

/// Puts a user's JSON over `hparams`, see override_hparams; says on stderr which of them `method` has no use
/// for.
void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method);

/// Found whatever its case. Throws Error(usage) with a did-you-mean.
const Algorithm& algorithm(std::string_view name);

}  // namespace sand::experiments
