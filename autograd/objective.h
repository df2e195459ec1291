// What a domain's loss is, as the engine sees it; the losses themselves are in nn/objectives.h.
#pragma once

#include <cstdint>
#include <span>

#include "autograd/tape.h"

namespace sand {

/// A loss that is a mean over examples of a function of each example's outputs, so that a shard of a domain can run
/// forward, loss and backward in one go.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Records sum over these rows of (loss of the row) / rows_in_domain: shards of a domain add up to its mean loss.
  ///   outputs [n, ...] what the network made of n rows;  labels [n]
  virtual Var loss(Var outputs, std::span<const std::int32_t> labels, Index rows_in_domain) const = 0;

  /// How many rows are classified right.
  virtual Index correct(TensorView outputs, std::span<const std::int32_t> labels) const = 0;
};

}  // namespace sand
