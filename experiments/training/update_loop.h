// The updates of a run, one at a time. Each is a function of settings, data and state alone, so a restored
// run continues as if it had never stopped. Several ranks make each update together, and all have its result.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/sampler.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"
#include "experiments/training/frozen_weights.h"
#include "optim/clip.h"
#include "optim/combiner.h"
#include "optim/optimizers/optimizer.h"

namespace sand::experiments {

/// Together with settings and data, it decides all later updates bit for bit.
struct UpdateState {
  int step = 0;                                ///< updates made: the number of the next one
  std::vector<Scalar> weights;                 ///< [J]
  std::vector<std::vector<Scalar>> optimizer;  ///< its blocks of state in order, [J] each
  std::int64_t optimizer_steps = 0;            ///< its t
  std::vector<double> carried = {};            ///< by the combiner, see Combiner::state()
  std::vector<double> objective = {};          ///< likewise by the objective, see DomainGradients::carried()
  bool moved = false;                          ///< whether any direction so far had a number other than 0
  bool operator==(const UpdateState&) const = default;
};

class UpdateLoop {
 public:
  /// Starts at the first step. `data` must outlive it. Throws Error(usage) for settings that do not fit the
  /// data, and what its parts throw.
  UpdateLoop(const Settings& settings, const domains::DataSet& data, const Threads& threads,
             const Ranks& ranks = {});
  UpdateLoop(const UpdateLoop&) = delete;
  UpdateLoop& operator=(const UpdateLoop&) = delete;

  int step() const { return step_; }  ///< updates made: the number of the next one
  bool finished() const { return step_ == settings_.steps; }

  /// Makes the next update. Calls `look`, if any, after the computation and before any weight moves. Throws
  /// Error(non_finite) for NaN or infinity (experiments/training/watch.h); do not use the object after that.
  void update(const std::function<void()>& look = {});

  // Of the last update; valid until the next.
  const Batch& batch() const { return *batch_; }
  const GradientTable& gradients() const { return *gradients_; }
  const optim::Direction& direction() const { return *direction_; }  ///< before any clip
  /// How the direction was clipped; nothing if the recipe has no clip.
  std::optional<optim::ClipReport> clip() const {
    return clipping_ ? std::optional(clipping_->report()) : std::nullopt;
  }
  /// Of the batch; the mean of its domains' losses, if the objective has no penalty
  double loss() const { return gradients_->objective; }
  const std::vector<double>& carried_before() const { return carried_before_; }  ///< by the combiner

  UpdateState save() const;
  void restore(const UpdateState& state);  ///< only a state of a run with these settings

  const Settings& settings() const { return settings_; }
  const domains::DataSet& data() const { return data_; }
  /// DomainBed's two parts of every domain
  const std::vector<domains::Split>& splits() const { return splits_; }
  /// Numbers of the training domains
  const std::vector<int>& training_domains() const { return training_; }
  double steps_per_epoch() const { return sampler_.steps_per_epoch(); }
  const Model& model() const { return *model_; }
  const Objective& objective() const { return *objective_; }
  const optim::Combiner& combiner() const { return *combiner_; }
  const FrozenWeights& frozen() const { return frozen_; }
  const optim::Optimizer& optimizer() const { return *optimizer_; }
  const DomainGradients& engine() const { return engine_; }
  double learning_rate(int step) const;
  std::int64_t optimizer_steps_after(int updates) const;  ///< t; it restarts where the objective says so
  /// Why nothing was learned so far, if masks or weights show it. Such a run scores by chance.
  std::optional<std::string> never_learned() const;
  std::string fingerprint() const;                                   ///< of the weights
  std::unique_ptr<Model> take_model() { return std::move(model_); }  ///< ends this run

 private:
  const Settings settings_;
  const domains::DataSet& data_;
  const Threads threads_;
  const std::vector<int> training_;
  const std::vector<domains::Split> splits_;
  const std::unique_ptr<optim::Combiner> combiner_;
  const std::unique_ptr<Objective> objective_;
  std::unique_ptr<Model> model_;
  const std::vector<Scalar> first_;  // initial weights
  const FrozenWeights frozen_;
  domains::Sampler sampler_;
  DomainGradients engine_;
  const std::unique_ptr<optim::Optimizer> optimizer_;
  const std::function<double(std::int64_t)> rate_;
  std::optional<optim::Clipping> clipping_;

  int step_ = 0;
  const Batch* batch_ = nullptr;
  Batch changed_;  // by the objective
  const GradientTable* gradients_ = nullptr;
  const optim::Direction* direction_ = nullptr;
  std::vector<double> carried_before_;
  bool moved_ = false;
};

}  // namespace sand::experiments
