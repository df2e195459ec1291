// The interface of a domain's loss; the losses themselves are in nn/objectives.h.
#pragma once

#include "autograd/tape.h"
#include "tensor/batch.h"

namespace sand {

class DomainObjective;

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

 private:
  static Error lacks(const char* what) {
    return Error(Fault::usage, std::string("objective: this loss does not give ") + what);
  }
};

}  // namespace sand
