// Everything that decides the numbers of a run: two runs with equal settings are equal to the last bit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/setup/data_sets.h"
#include "experiments/setup/hparams.h"
#include "experiments/setup/models.h"
#include "experiments/setup/protocols.h"

namespace sand::experiments {

/// What a user asks for; empty or negative where the protocol decides.
struct RunRequest {
  std::string dataset = "Spirals", algorithm = "SANDMask", protocol = "auto";
  std::vector<int> test_envs;
  std::string data_dir, digits = "auto";
  std::string hparams;  ///< a JSON object of overrides
  std::int64_t hparams_seed = 0, trial_seed = 0, seed = 0;
  std::string model = "auto", convolution = "winograd";
  int steps = -1, record_every = -1, evaluate_every = -1, evaluate_examples = -1;
  bool test_at_end = false;
  double holdout_fraction = -1;
  int image_size = 64;
  bool skip_unreadable = false, follow_links = false, no_augment = false;
  bool decoupled_decay = false, mask_update = false, allow_closed = false;
  std::string init_from, init_sha256;  ///< a file of weights, and what it must hash to; "" takes it as it is
};

/// How much is evaluated: everything at every record, unless somebody asked for less.
struct EvaluationPlan {
  int every = 1;             ///< steps; records in between have no accuracies
  int examples = 0;          ///< of every part, the first in the order of its shuffle; 0 means all
  bool test_at_end = false;  ///< the test domains only at the last record
};

/// A request with every question answered.
struct Settings {
  DataRequest data;
  std::string algorithm;
  Protocol protocol;  ///< with the request's steps, records, holdout and test domains put in
  Hparams hparams;
  std::string model;  ///< one of model_names()
  kernels::ConvolutionMethod convolution = kernels::ConvolutionMethod::winograd;
  EvaluationPlan evaluation;
  std::int64_t hparams_seed = 0, trial_seed = 0, seed = 0;
  bool decoupled_decay = false, mask_update = false, allow_closed = false;
  std::string init_from, init_sha256;  ///< the file with the first weights and its hash; "" where they are drawn
};

/// Throws Error(usage) naming the first thing that does not fit, and what sha256_of_file throws.
Settings resolve(const RunRequest& request);

/// The domains that are trained on: all of `domains` but the test domains. Throws Error(usage) for a test domain that does
/// not exist or is named twice, or if fewer than `fewest` remain.
std::vector<int> training_domains(const Settings& settings, int domains, int fewest);

}  // namespace sand::experiments
