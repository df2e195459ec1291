// A run for tests: a few steps on a few spirals.
#pragma once

#include "domains/spirals.h"
#include "experiments/setup/algorithms.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// Small and quick, but with more than one shard per domain and with dropout.
inline Settings small_run(const std::string& algorithm, const std::string& hparams = R"({"tau": 0.2})") {
  RunRequest request;
  request.algorithm = algorithm;
  request.hparams_json = R"({"batch_size": 100, "mlp_width": 33, "mlp_dropout": 0.1})";
  request.steps = 6;
  request.record_every = 3;
  Settings settings = resolve(request);
  override_hparams(settings.hparams, hparams, experiments::algorithm(algorithm));
  return settings;
}

inline const domains::DataSet& small_spirals() {
  static const domains::Spirals data({.domains = 5, .examples = 200, .test_examples = 50});
  return data;
}

}  // namespace sand::experiments
