// The interface of a domain's loss; the losses themselves are in nn/objectives.h.
#pragma once

#include <cstdint>
#include <vector>

#include "autograd/tape.h"
#include "tensor/batch.h"

namespace sand {

class DomainObjective;
class SeveralPasses;

/// A loss that is the mean, over examples, of a function of each example's outputs. So each shard of a domain
/// can run forward, loss and backward on its own.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Records the sum over these rows of (loss of the row) / rows_in_domain, so that the shards of a domain
  /// add up to its mean loss. A mean over these rows would not add up; the engine rejects it.
  ///   outputs [n, ...] of the network for n rows;  targets [n]
  virtual Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const = 0;

  // For objectives over domains that look at single rows. A loss without them throws Error(usage).
  /// Records the loss of every row [n, 1].
  virtual Var row_losses(Var, const Targets&) const { throw lacks("the loss of every row on its own"); }
  /// Records the derivative of every row's loss by its outputs [n, ...]. It is itself on the tape, so that a
  /// penalty on it has a gradient.
  virtual Var slopes(Var, const Targets&) const { throw lacks("the derivative of a row's loss"); }

  /// Itself, if it sees whole domains (autograd/domain_objective.h).
  virtual const DomainObjective* over_domains() const { return nullptr; }
  /// Itself, if it needs gradients at several weights (autograd/several_passes.h).
  virtual const SeveralPasses* several_passes() const { return nullptr; }

  // What else of a step a method may change.
  virtual int fewest_domains() const { return 1; }  ///< needed for training
  /// Writes another batch to train on into `changed`, a function of (drawn, seed), and returns true; or
  /// returns false: `drawn` as it is.
  virtual bool change_batch(const Batch& /*drawn*/, std::uint64_t /*seed*/, Batch& /*changed*/) const {
    return false;
  }
  /// Whether the optimizer forgets its moments before the update of this step
  virtual bool restarts_optimizer(std::uint32_t) const { return false; }
  /// Of this step, from the optimizer's.
  virtual double learning_rate(double rate, std::uint32_t) const { return rate; }
  /// Of this step, from the optimizer's.
  virtual double weight_decay(double decay, std::uint32_t) const { return decay; }

 private:
  static Error lacks(const char* what) {
    return Error(Fault::usage, std::string("objective: this loss does not give ") + what);
  }
};

/// What an objective may depend on besides the outputs.
struct Moment {
  std::uint64_t seed;  ///< of the run, and
  std::uint32_t step;  ///< the number of the batch: the key of random numbers
  /// Numbers that it carries from step to step; empty at first. It may replace them.
  std::vector<double>& carried;
};

}  // namespace sand
