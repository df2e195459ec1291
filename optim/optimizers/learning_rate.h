// Learning rates as plain functions of the step: adam.options.learning_rate = rate(step).
#pragma once

#include <cstdint>

namespace sand::optim {

struct ConstantRate {
  double rate = 1e-3;
  double operator()(std::int64_t) const { return rate; }
};

/// `initial` before step `at` (counted from 0), `initial` * `factor` afterwards.
struct StepDecay {
  double initial = 1e-2;
  std::int64_t at = 0;
  double factor = 0.1;
  double operator()(std::int64_t step) const { return step < at ? initial : initial * factor; }
};

}  // namespace sand::optim
