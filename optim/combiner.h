// From one gradient per domain to one direction.
#pragma once

#include "autograd/gradient_table.h"
#include "optim/terms.h"
#include "tensor/tensor.h"
#include "tensor/threads.h"

namespace sand::optim {

/// What a combiner makes of a gradient table.
struct Direction {
  Tensor values;  ///< [J], takes the place of the gradient in the optimizer
  Tensor mask;  ///< [J], m in [0, 1], before any rescale; 0 where the domains' disagreement closes the weight
  bool finite = true;  ///< whether all values are, which they are only if every gradient of the table is
};

/// A function of the table alone: it reads rows and never writes them. What it keeps is memory, not history.
class Combiner {
 public:
  virtual ~Combiner() = default;
  virtual const char* name() const = 0;

  /// The direction stays valid until the next call. Its bits do not depend on `threads`; where a weight's
  /// gradient is NaN or infinite in any domain its direction is one of these, so that the run notices. Throws
  /// Error(usage) if the table has fewer domains than the method needs.
  virtual const Direction& combine(const GradientTable& table, const Threads& threads = Threads()) = 0;

  /// How the last combine() of this table came to the direction of one weight: computed again by the same
  /// code.
  virtual Terms explain(const GradientTable& table, Index column) const = 0;
};

}  // namespace sand::optim
