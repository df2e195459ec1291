// Stochastic gradient descent with momentum, in the order of operations of PyTorch.
#pragma once

#include "autograd/parameters.h"
#include "optim/combiner.h"

namespace sand::optim {

struct SgdOptions {
  double learning_rate = 1e-2;
  double momentum = 0;
  double weight_decay = 0;  ///< coupled: weight_decay * p is added to the direction
};

/// b = momentum * b + (direction + weight_decay * p); p -= learning_rate * b.
class Sgd {
 public:
  /// Throws Error(usage) for options that are negative or not finite.
  explicit Sgd(const Parameters& parameters, const SgdOptions& options = {});

  /// Moves all parameters at once. The bits do not depend on `threads`.
  /// Throws Error(usage) if the direction is not as long as the parameters.
  void step(Parameters& parameters, const Direction& direction, const Threads& threads = Threads());

  SgdOptions options;  ///< a schedule may change them between steps

  TensorView momentum() const { return momentum_; }  ///< b, [J]

 private:
  Tensor momentum_;
};

}  // namespace sand::optim
