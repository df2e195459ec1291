// Learning rates as plain functions of the step, which is counted from 0: options.learning_rate = rate(step).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensor/sincos.h"

namespace sand::optim {

/// The same rate in each step.
struct ConstantRate {
  double rate = 1e-3;                                     ///< of every step
  double operator()(std::int64_t) const { return rate; }  ///< of a step
};

/// `initial` before step `at` (counted from 0), `initial` * `factor` afterwards.
struct StepDecay {
  double initial = 1e-2;  ///< rate before `at`
  std::int64_t at = 0;    ///< step, from 0
  double factor = 0.1;    ///< of the rate from then on
  /// Rate of a step.
  double operator()(std::int64_t step) const { return step < at ? initial : initial * factor; }
};

/// `initial`, multiplied by `factor` at each of several steps: PyTorch's MultiStepLR.
struct StepsDecay {
  double initial = 1e-2;              ///< rate before the first step of `at`
  std::vector<std::int64_t> at = {};  ///< steps, from 0
  double factor = 0.1;                ///< of the rate at each of them
  /// Rate of a step.
  double operator()(std::int64_t step) const {
    double rate = initial;
    for (const std::int64_t decay : at)
      if (step >= decay) rate *= factor;
    return rate;
  }
};

/// From `initial` in step `from` down half a cosine to `last`, which step `to` has and keeps: PyTorch's
/// CosineAnnealingLR with T_max = to - from (Loshchilov and Hutter 2017, arXiv 1608.03983, eq. 5).
struct CosineDecay {
  double initial = 1e-2;  ///< rate until `from`
  double last = 0;        ///< rate from `to` on
  std::int64_t from = 0;  ///< first step of the decay
  std::int64_t to = 1;    ///< first step after it
  /// Rate of a step.
  double operator()(std::int64_t step) const {
    if (step >= to) return last;
    constexpr double kPi = 3.141592653589793;
    const double way =
        static_cast<double>(std::max(step - from, std::int64_t{0})) / static_cast<double>(to - from);
    const double share = (1 + sincos(kPi * way).cos) / 2;
    return share * initial + (1 - share) * last;
  }
};

/// A straight line in the first `steps` steps, to `rate`(`steps`), which the next step has; then `rate`. Step
/// s has the share (s + 1) / steps, so no step is lost at a learning rate of 0.
template <class Rate>
struct Warmup {
  Rate rate;               ///< after the rise
  std::int64_t steps = 0;  ///< in which the rate rises
  /// Rate of a step.
  double operator()(std::int64_t step) const {
    if (step >= steps) return rate(step);
    return rate(steps) * (static_cast<double>(step + 1) / static_cast<double>(steps));
  }
};

}  // namespace sand::optim
