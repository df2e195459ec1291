// The values of a run's hyper-parameters: drawn, or given as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tensor/hparams.h"

namespace sand::experiments {

/// The value of a rule under hparams seed `hparams_seed` and trial `trial_seed`. hparams seed 0 gives the
/// standard value; other seeds draw from numpy's RandomState(seed_hash(seed_hash(hparams_seed, trial_seed),
/// name)), as in DomainBed.
double draw(const HparamRule& rule, std::int64_t hparams_seed, std::int64_t trial_seed);

/// Replaces values by those of a JSON object: {"tau": 0.9, "rescale": false, "pref_vector": [1, 2],
/// "scale_mode": "median"}. `rules` are those of the lists and the words among the values; all other values
/// are numbers. A value of 0 or 1 may be a boolean, a list has 1 to 4096 numbers, words ignore case. Skips
/// and returns names of other algorithms, so that one object serves a comparison of several. Throws
/// Error(usage) for anything but such an object, for an unknown name or word (with a suggestion) and for a
/// name that is given twice.
std::vector<std::string> override_hparams(Hparams& hparams, const std::string& json,
                                          const std::vector<HparamRule>& rules,
                                          const std::vector<HparamRule>& of_others);

/// The standard value in words: "0.5", the name of a choice, or what stands for a list.
std::string standard_text(const HparamRule& rule);

/// The values as such an object, without the lists that are not given.
nlohmann::json hparams_json(const Hparams& hparams, const std::vector<HparamRule>& rules);

}  // namespace sand::experiments
