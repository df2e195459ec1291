// Measures a run at its records: scores, mask report, losses and times since the last record, and the chain
// of hashes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "experiments/training/early_stop.h"
#include "experiments/training/evaluation.h"
#include "experiments/training/update_loop.h"
#include "optim/mask_report.h"

namespace sand::experiments {

/// Lists have one entry per domain of the data set.
struct Record {
  int step = 0;  ///< number of updates before the one of the mask report
  double epoch = 0;
  double step_seconds = 0;  ///< mean since the last record
  double loss = 0;          ///< mean of the training domains' batch losses since the last record
  std::vector<Score> in, out;
  std::optional<optim::MaskReport> masks;  ///< of the step
  /// Of the domains' gradients in the step, if the method weighs them: [E] and [E, E].
  std::vector<double> weights, gram;
  /// The learning rate of the step; only if the recipe is not the default.
  std::optional<double> learning_rate;
  std::optional<optim::ClipReport> clip;  ///< of the step, if its direction is clipped
  std::optional<EarlyStop> early_stop;    ///< with this record; only if --early-stop is set
  std::string chain;                      ///< see RecorderState; includes this record
};

struct RecorderState {
  double loss_sum = 0;  ///< of the updates since the last record
  int losses = 0;       ///< number of these updates
  /// Every record hashes the previous chain: SHA-256(chain, 32 bytes | step of the record, int64 | weights |
  /// each block of the optimizer's state, Adam's m and v), little-endian, in the order of the slots. 64
  /// hexadecimal digits; all 0 before the first record.
  std::string chain = std::string(64, '0');
  EarlyStop early_stop = {};  ///< after the last record; as at first if --early-stop is not set
  bool operator==(const RecorderState&) const = default;
};

class Recorder {
 public:
  /// `loop` must outlive it. Throws Error(usage) if --early-stop is set and a training domain has no held-out
  /// examples.
  Recorder(const UpdateLoop& loop, const Threads& threads, const Ranks& ranks = {});

  // Call them around every update.
  void before_update();
  void after_update();

  /// Whether the protocol needs a record after the last update and record() has not made it yet
  bool due() const;
  /// Measures, resets the loss sum and extends the chain, on every rank. Only if a record is due.
  Record record();
  /// Whether the records so far end the run early.
  bool stops() const { return state_.early_stop.ends(loop_.settings().recipe.early_stop); }

  /// Between two updates, only if no record is due
  const RecorderState& state() const { return state_; }
  void restore(const RecorderState& state);

 private:
  using Clock = std::chrono::steady_clock;
  bool wanted(int step) const;  // whether the protocol needs a record of this update
  void measure_recipe(Record& record, bool evaluated);

  const UpdateLoop& loop_;
  Evaluation evaluation_;
  RecorderState state_;
  std::vector<Scalar> before_;  // weights before a recorded update, for the mask report
  Clock::time_point start_;     // of the current update
  Clock::duration time_{};      // of the updates since the last record, or since this process began
  int timed_ = 0;
};

}  // namespace sand::experiments
