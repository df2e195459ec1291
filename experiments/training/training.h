// One run, from data to trained weights.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/sampler.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"
#include "experiments/training/evaluation.h"
#include "optim/adam.h"
#include "optim/combiner.h"
#include "optim/learning_rate.h"
#include "optim/mask_report.h"

namespace sand::experiments {

/// What is measured now and then; lists are by domain of the data set.
struct Record {
  int step = 0;  ///< this many updates came before the one that the mask report is about
  double epoch = 0;
  double step_seconds = 0;  ///< mean since the last record
  double loss = 0;          ///< mean of the training domains' batch losses since the last record
  std::vector<Score> in, out;
  std::optional<optim::MaskReport> masks;  ///< of the step
  std::string chain;                       ///< see TrainingState, this record included
};

/// What a run has come to. With its settings and data it decides all that follows, to the last bit.
struct TrainingState {
  int step = 0;                                     ///< updates made: the number of the next one
  std::vector<Scalar> weights;                      ///< [J]
  std::vector<Scalar> first_moment, second_moment;  ///< Adam's m and v, [J]
  std::int64_t adam_steps = 0;                      ///< Adam's t
  double loss_sum = 0;                              ///< of the updates since the last record
  int losses = 0;                                   ///< how many those are
  bool moved = false;                               ///< whether a direction so far had a number other than 0
  /// Every record hashes the one before: SHA-256(chain, 32 bytes | step of the record, int64 | weights | m | v), little-endian,
  /// in the order of the slots. 64 hexadecimal digits; of 0 before the first record.
  std::string chain = std::string(64, '0');

  bool operator==(const TrainingState&) const = default;
};

/// A run that is made one update at a time. Each is a function of settings, data and state alone, so a run that is restored to
/// a saved state goes on as if it had never ended.
class Training {
 public:
  /// At the first step. `data` must outlive it. Throws Error(usage) for settings that do not fit the data, and what its parts throw.
  Training(const Settings& settings, const domains::DataSet& data, const Threads& threads);
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  int step() const { return step_; }  ///< updates made: the number of the next one
  bool finished() const { return step_ == settings_.steps; }

  /// Makes the next update. Throws Error(non_finite) when numbers go wrong (experiments/training/watch.h), and is then of no further use.
  void update();
  /// The same; `look` is called when all is computed and no weight has moved yet.
  void update(const std::function<void()>& look);

  // Of the last update; valid until the next.
  const Batch& batch() const { return *batch_; }
  const GradientTable& gradients() const { return *gradients_; }
  const optim::Direction& direction() const { return *direction_; }
  double loss() const { return loss_; }  ///< mean of the training domains' batch losses

  /// Whether the protocol asks for a record after the last update, and record() has not made it.
  bool record_due() const { return losses_ > 0 && recorded(); }
  Record record();  ///< measures; begins a new span of losses and adds a link to the chain. Only where one is due

  TrainingState save() const;  ///< only where no record is due
  /// Throws Error(data) for a state that no run of these settings could have reached.
  void restore(const TrainingState& state);

  const Settings& settings() const { return settings_; }
  const domains::DataSet& data() const { return data_; }
  const std::vector<int>& training_domains() const { return training_; }  ///< numbers of those that are trained on
  const Model& model() const { return *model_; }
  const Objective& objective() const { return *objective_; }
  const optim::Combiner& combiner() const { return *combiner_; }
  const optim::Adam& adam() const { return adam_; }
  double learning_rate(int step) const { return rate_(step); }
  /// Why nothing was learned so far, if masks or weights show it: whatever the run scores, it scores by chance.
  std::optional<std::string> never_learned() const;
  std::string fingerprint() const;                                   ///< of the weights
  std::unique_ptr<Model> take_model() { return std::move(model_); }  ///< the end of this run

 private:
  using Clock = std::chrono::steady_clock;
  bool recorded() const;  // whether the protocol asks for a record of step_ - 1

  const Settings settings_;
  const domains::DataSet& data_;
  const Threads threads_;
  const std::vector<int> training_;
  const std::vector<domains::Split> splits_;
  const std::unique_ptr<optim::Combiner> combiner_;
  const std::unique_ptr<Objective> objective_;
  std::unique_ptr<Model> model_;
  const std::vector<Scalar> first_;  // weights
  domains::Sampler sampler_;
  DomainGradients engine_;
  Evaluation evaluation_;
  optim::Adam adam_;
  const optim::StepDecay rate_;

  int step_ = 0;
  const Batch* batch_ = nullptr;
  const GradientTable* gradients_ = nullptr;
  const optim::Direction* direction_ = nullptr;
  double loss_ = 0, loss_sum_ = 0;
  int losses_ = 0;
  bool moved_ = false;
  std::string chain_ = TrainingState{}.chain;
  std::vector<Scalar> before_;  // weights before a recorded step, for the mask report
  Clock::duration time_{};      // of the updates since the last record, or since this process began
  int timed_ = 0;
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
  std::function<bool()> stop;                                 ///< asked after every step; true ends the run
  std::function<void(const Record*, bool stop)> end_of_step;  ///< the step's record, or null; whether the run is to end
};

/// The updates and records that are left of a run, in their order. -> the last record that it made. Throws what update() throws.
std::optional<Record> run_to_end(Training& run, const TrainingEvents& events);

/// The model that a run of these settings starts from. Throws Error(data) for a file of weights that does not fit or is not the
/// one of the settings.
std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data);

/// A whole run. Throws what Training throws.
Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads, const TrainingEvents& events);

}  // namespace sand::experiments
