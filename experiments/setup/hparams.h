// The values of a run's hyper-parameters: drawn, or given as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/hparams.h"

namespace sand::experiments {

/// The value of a rule under hparams seed `hparams_seed` and trial `trial_seed`. hparams seed 0 gives the
/// standard value; other seeds draw from numpy's RandomState(seed_hash(seed_hash(hparams_seed, trial_seed),
/// name)), as in DomainBed.
double draw(const HparamRule& rule, std::int64_t hparams_seed, std::int64_t trial_seed);

/// Replaces values by those of a JSON object of numbers: {"tau": 0.9, "rescale": false}. A value of 0 or 1
/// may be a boolean. Skips and returns names of other algorithms, so that one object serves a comparison of
/// several. Throws Error(usage) for anything but such an object, for an unknown name (with a suggestion) and
/// for a name that is given twice.
std::vector<std::string> override_hparams(Hparams& hparams, const std::string& json,
                                          const std::vector<std::string>& of_others);

}  // namespace sand::experiments
