// Everything that decides the numbers of a run: two runs with equal settings are equal to the last bit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/data_sets.h"
#include "experiments/hparams.h"
#include "experiments/protocols.h"

namespace sand::experiments {

/// What a user asks for; empty or negative where the protocol decides.
struct RunRequest {
  std::string dataset = "Spirals", algorithm = "SANDMask", protocol = "auto";
  std::vector<int> test_envs;
  std::string data_dir, digits = "auto";
  std::string hparams;  ///< a JSON object of overrides
  std::int64_t hparams_seed = 0, trial_seed = 0, seed = 0;
  int steps = -1, record_every = -1;
  double holdout_fraction = -1;
  int image_size = 64;
  bool skip_unreadable = false, no_augment = false;
  bool decoupled_decay = false, mask_update = false, allow_closed = false;
};

/// A request with every question answered.
struct Settings {
  DataRequest data;
  std::string algorithm;
  Protocol protocol;  ///< with the request's steps, records, holdout and test domains put in
  Hparams hparams;
  std::int64_t hparams_seed = 0, trial_seed = 0, seed = 0;
  bool decoupled_decay = false, mask_update = false, allow_closed = false;
};

/// Throws Error(usage) naming the first thing that does not fit.
Settings settle(const RunRequest& request);

/// The domains that are trained on: all of `domains` but the test domains. Throws Error(usage) for a test domain that does
/// not exist, or if fewer than `fewest` remain.
std::vector<int> training_domains(const Settings& settings, int domains, int fewest);

}  // namespace sand::experiments
