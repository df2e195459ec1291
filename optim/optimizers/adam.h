// Adam (Kingma and Ba 2015, arXiv 1412.6980) and AdamW (arXiv 1711.05101), in the order of operations of
// PyTorch.
#pragma once

#include <cstdint>
#include <span>

#include "autograd/parameters.h"
#include "optim/combiner.h"

namespace sand::optim {

/// The kind of weight decay. With a mask the two kinds differ: coupled decay and momentum can move a closed
/// weight by up to a whole learning rate; decoupled decay only shrinks it.
enum class WeightDecay {
  coupled,    ///< direction + weight_decay * p goes into both moments
  decoupled,  ///< p *= 1 - learning_rate * weight_decay before the step
};

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;    ///< decay rate of the first moment
  double beta2 = 0.999;  ///< decay rate of the second moment
  double epsilon = 1e-8;
  double weight_decay = 0;
  WeightDecay decay = WeightDecay::coupled;
  /// A weight with mask 0 does not move at all, but its moments are updated. Without a mask, all weights
  /// move.
  bool mask_update = false;
};

/// Constants of step t, the same for all weights: computed in double, then rounded once to the type of the
/// tensors.
struct AdamConstants {
  AdamConstants(const AdamOptions& options, std::int64_t t);

  double correction1, correction2;                        ///< 1 - beta1^t, 1 - beta2^t
  Scalar beta1, one_minus_beta1, beta2, one_minus_beta2;  ///< one_minus_beta = 1 - beta
  Scalar step_size, root_scale;                           ///< learning_rate / correction1, sqrt(correction2)
  /// decay 0 if decoupled; shrink 1 if coupled, else 1 - learning_rate * weight_decay
  Scalar epsilon, decay, shrink;
};

/// With g the direction and t the number of steps, this one included:
///
///     m = beta1 m + (1 - beta1) g                  v = beta2 v + (1 - beta2) g g
///     p = p - learning_rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
class Adam {
 public:
  /// Throws Error(usage) for options outside their range: betas in [0, 1), the others finite and not
  /// negative.
  explicit Adam(const Parameters& parameters, const AdamOptions& options = {});

  /// Moves all parameters at once. The bits do not depend on `threads`. Returns whether all weights and
  /// moments are finite. Throws Error(usage) if the direction is not as long as the parameters.
  bool step(Parameters& parameters, const Direction& direction, const Threads& threads = Threads());

  AdamOptions options;  ///< a schedule may change them between steps

  void restart();  ///< forgets moments and steps

  TensorView first_moment() const { return first_; }    ///< m, [J]
  TensorView second_moment() const { return second_; }  ///< v, [J]
  std::int64_t steps() const { return steps_; }         ///< t
  /// Continues from a saved state. Throws Error(usage) for wrong lengths, Error(data) for numbers that Adam
  /// cannot reach.
  void resume(std::span<const Scalar> first_moment, std::span<const Scalar> second_moment,
              std::int64_t steps);

 private:
  Tensor first_, second_;
  std::int64_t steps_ = 0;
};

}  // namespace sand::optim
