// Everything that decides the numbers of a run: two runs with equal settings are equal to the last bit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/setup/data_sets.h"
#include "experiments/setup/hparams.h"
#include "experiments/setup/models.h"
#include "experiments/setup/protocols.h"
#include "experiments/setup/recipe.h"

namespace sand::experiments {

/// Which evaluations a run makes.
struct EvaluationPlan {
  int every = -1;            ///< steps; other records have no accuracies. Below 0: at every record
  int examples = 0;          ///< of every part, the first ones of its shuffle; 0: all
  bool test_at_end = false;  ///< evaluate the test domains only at the last record
};

/// The user's settings. Empty, "auto" or negative: the protocol decides. settings_table.h lists the settings
/// for flags, JSON, comparison and help.
struct RunRequest {
  DataRequest data;  ///< its seed is trial_seed
  std::string algorithm = "SANDMask", protocol_name = "auto";
  std::string combiner;           ///< of the gradients of the algorithm's objective; "": the algorithm's own
  std::vector<int> test_domains;  ///< {kNone} for none; resolved, an empty list
  std::string hparams_json;       ///< a JSON object of overrides
  std::int64_t hparams_seed = 0, trial_seed = 0, seed = 0;
  bool domainbed_defaults = false;   ///< at hparams_seed 0, also those under which nothing can be learned
  bool k_as_first_released = false;  ///< draws int(k), as SANDMask's first release did
  std::string model = "auto", convolution = "winograd";
  int steps = -1;
  int record_every = -1;  ///< a record is written after step 0, record_every, ..., and after the last
  EvaluationPlan evaluation;
  double holdout_fraction = -1;  ///< share of every domain held out of training
  Recipe recipe;
  bool no_augment = false, decoupled_decay = false, mask_update = false, allow_closed = false;
  std::string init_from, init_sha256;  ///< file of weights, and its expected hash; "" accepts any file
  bool init_partial = false;           ///< take the tensors of the file that fit, and draw the others
  std::vector<std::string> freeze;     ///< patterns of names of parameter tensors that do not move
};

/// A request with all values resolved.
struct Settings : RunRequest {
  Protocol protocol;
  Hparams hparams;
};

/// Throws Error(usage) naming the first invalid setting, and what sha256_of_file throws.
Settings resolve(const RunRequest& request);

/// What a run predicts.
domains::Task task_of(const RunRequest& request);

/// The training domains: all of `domains` except the test domains. Throws Error(usage) for a test domain that
/// does not exist or is named twice, or if fewer than `fewest` remain.
std::vector<int> training_domains(const Settings& settings, int domains, int fewest);

}  // namespace sand::experiments
