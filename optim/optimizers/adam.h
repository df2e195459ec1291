// Adam (Kingma and Ba 2015, arXiv 1412.6980) and AdamW (arXiv 1711.05101), in the order of operations of
// PyTorch.
#pragma once

#include <cstdint>
#include <span>

#include "optim/optimizers/optimizer.h"
#include "optim/optimizers/optimizer_card.h"

namespace sand::optim {

/// Settings of Adam.
struct AdamOptions {
  double learning_rate = 1e-3;               ///< length of a step
  double beta1 = 0.9;                        ///< decay rate of the first moment
  double beta2 = 0.999;                      ///< decay rate of the second moment
  double epsilon = 1e-8;                     ///< added to the root of the second moment
  double weight_decay = 0;                   ///< times the weight
  WeightDecay decay = WeightDecay::coupled;  ///< coupled decay goes into both moments
  /// A weight with mask 0 does not move at all, but its moments are updated. Without a mask, all weights
  /// move.
  bool mask_update = false;
};

/// Constants of step t, the same for all weights: computed in double, then rounded once to the type of the
/// tensors.
struct AdamConstants {
  AdamConstants(const AdamOptions& options, std::int64_t t);  ///< Of step t, counted from 1.

  double correction1;      ///< 1 - beta1^t
  double correction2;      ///< 1 - beta2^t
  Scalar beta1;            ///< as in the options
  Scalar one_minus_beta1;  ///< 1 - beta1
  Scalar beta2;            ///< as in the options
  Scalar one_minus_beta2;  ///< 1 - beta2
  Scalar step_size;        ///< learning_rate / correction1
  Scalar root_scale;       ///< sqrt(correction2)
  Scalar epsilon;          ///< as in the options
  Scalar decay;            ///< weight_decay; 0 if decoupled
  Scalar shrink;           ///< 1 if coupled, else 1 - learning_rate * weight_decay
};

/// With g the direction and t the number of steps, this one included:
///
///     m = beta1 m + (1 - beta1) g                  v = beta2 v + (1 - beta2) g g
///     p = p - learning_rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
class Adam : public Optimizer {
 public:
  static OptimizerCard card();            ///< for the program's lists
  static OptimizerCard decoupled_card();  ///< of AdamW: the same with decoupled weight decay

  /// Throws Error(usage) for options outside their range: betas in [0, 1), the others finite and not
  /// negative.
  explicit Adam(const Parameters& parameters, const AdamOptions& options = {});

  const char* name() const override { return "Adam"; }
  const char* key() const override { return "adam"; }
  const char* formula() const override {
    return "weight -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)";
  }
  bool step(Parameters& parameters, const Direction& direction, const Threads& threads = Threads()) override;
  Terms explain(Index column, Scalar weight, Scalar direction, std::optional<Scalar> mask) const override;
  double learning_rate() const override { return options.learning_rate; }  ///< as in the options
  void set_rates(double learning_rate, double weight_decay) override;

  AdamOptions options;  ///< a schedule may change them between steps

  TensorView first_moment() const { return state_[0].numbers; }   ///< m, [J]
  TensorView second_moment() const { return state_[1].numbers; }  ///< v, [J]
  using Optimizer::resume;
  /// Continues from moments [J] after `steps` updates.
  void resume(std::span<const Scalar> first_moment, std::span<const Scalar> second_moment,
              std::int64_t steps);

 private:
  bool reachable(const std::vector<Tensor>& blocks) const override;
  const char* rule_of_state() const override {
    return "moments must be finite, second moments and steps at least 0";
  }
};

}  // namespace sand::optim
