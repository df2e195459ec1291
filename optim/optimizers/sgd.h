// Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum, in the order of operations
// of PyTorch's torch.optim.SGD (dampening 0).
#pragma once

#include "optim/optimizers/optimizer.h"
#include "optim/optimizers/optimizer_card.h"

namespace sand::optim {

/// Settings of Sgd.
struct SgdOptions {
  double learning_rate = 1e-2;               ///< length of a step
  double momentum = 0;                       ///< fixed at construction; 0: without a block b
  double weight_decay = 0;                   ///< times the weight
  WeightDecay decay = WeightDecay::coupled;  ///< where the decay enters
  bool mask_update = false;                  ///< a weight with mask 0 does not move, but b is updated
  bool nesterov = false;                     ///< needs momentum
};

/// With g = direction + weight_decay * p:
///
///     plain       p -= learning_rate * g
///     momentum    b = momentum * b + g;  p -= learning_rate * b
///     nesterov    b = momentum * b + g;  p -= learning_rate * (g + momentum * b)
///
/// This is PyTorch's form: the learning rate is outside b (Sutskever et al. 2013 have it inside), so b is in
/// units of a gradient, and a new learning rate holds at once.
class Sgd : public Optimizer {
 public:
  static OptimizerCard card();           ///< for the program's lists
  static OptimizerCard momentum_card();  ///< with momentum 0.9
  static OptimizerCard nesterov_card();  ///< with Nesterov's momentum

  /// Throws Error(usage) for options that are negative or not finite, and for nesterov without momentum.
  explicit Sgd(const Parameters& parameters, const SgdOptions& options = {});

  const char* name() const override;
  const char* key() const override;
  const char* formula() const override;
  bool step(Parameters& parameters, const Direction& direction, const Threads& threads = Threads()) override;
  Terms explain(Index column, Scalar weight, Scalar direction, std::optional<Scalar> mask) const override;
  double learning_rate() const override { return options.learning_rate; }  ///< as in the options
  void set_rates(double learning_rate, double weight_decay) override;

  SgdOptions options;  ///< a schedule may change the rates between steps

  /// b, [J]; empty without momentum
  TensorView momentum() const { return state_.empty() ? TensorView() : state_[0].numbers.view(); }
};

}  // namespace sand::optim
