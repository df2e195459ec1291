// Combines one gradient per domain into one direction.
#pragma once

#include "autograd/gradient_table.h"
#include "optim/terms.h"
#include "tensor/tensor.h"
#include "tensor/threads.h"

namespace sand::optim {

/// The result of a combiner.
struct Direction {
  Tensor values;  ///< [J], replaces the gradient in the optimizer
  Tensor mask;    ///< [J], m in [0, 1], before any rescale; 0 if the domains' disagreement closes the weight
  bool finite = true;  ///< whether all values are finite; false if any gradient of the table is not finite
};

/// A function of the table alone: it reads rows and never writes them. It keeps memory between calls, but no
/// history.
class Combiner {
 public:
  virtual ~Combiner() = default;
  virtual const char* name() const = 0;

  /// The direction stays valid until the next call. Its bits do not depend on `threads`. If a weight's
  /// gradient is NaN or infinite in any domain, so is its direction, so that the run detects it. Throws
  /// Error(usage) if the table has fewer domains than the method needs.
  virtual const Direction& combine(const GradientTable& table, const Threads& threads = Threads()) = 0;

  /// How the last combine() of this table computed the direction of one weight: the same code computes it
  /// again.
  virtual Terms explain(const GradientTable& table, Index column) const = 0;
};

}  // namespace sand::optim
