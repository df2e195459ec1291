// What a domain's loss is, as the engine sees it; the losses themselves are in nn/objectives.h.
#pragma once

#include "autograd/tape.h"
#include "tensor/batch.h"

namespace sand {

/// A loss that is a mean over examples of a function of each example's outputs, so that a shard of a domain
/// can run forward, loss and backward in one go.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Records sum over these rows of (loss of the row) / rows_in_domain: shards of a domain add up to its mean
  /// loss. A mean over these rows would not, and the engine refuses it.
  ///   outputs [n, ...] what the network made of n rows;  targets [n]
  virtual Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const = 0;
};

}  // namespace sand
