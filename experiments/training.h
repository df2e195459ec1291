// One run, from data to trained weights.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/evaluation.h"
#include "experiments/models.h"
#include "experiments/settings.h"
#include "optim/mask_report.h"

namespace sand::experiments {

/// What is measured now and then; lists are by domain of the data set.
struct Record {
  int step = 0;  ///< this many updates came before the one that the mask report is about
  double epoch = 0;
  double step_seconds = 0;  ///< mean since the last record
  double loss = 0;          ///< mean of the training domains' batch losses since the last record
  std::vector<Score> in, out;
  std::optional<optim::MaskReport> masks;  ///< of the step; none if the run was interrupted between records
};

struct Outcome {
  std::unique_ptr<Model> model;
  std::vector<int> training;  ///< numbers of the domains that were trained on
  Record last;
  int steps = 0;  ///< updates made
  bool interrupted = false;
  std::optional<std::string> never_learned;  ///< why, if masks or weights show that nothing was learned
  std::string fingerprint;                   ///< of the final weights
};

/// What the caller wants to hear; any may be empty.
struct TrainingEvents {
  std::function<void(const Record&)> record;
  std::function<void(int step, double loss)> step;
  std::function<bool()> stop;  ///< asked after every step; true ends the run
};

/// The model that a run of these settings starts from.
std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data);

/// Throws Error(non_finite) unless every number is finite; `what` begins the message: "step 12: the direction".
void check_finite(TensorView numbers, const std::string& what);

/// Trains. Throws what its parts throw; Error(non_finite) when numbers go wrong.
Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads, const TrainingEvents& events);

}  // namespace sand::experiments
