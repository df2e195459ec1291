// Adam on weights that only an objective sees, on its way through several passes.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "tensor/scalar.h"

namespace sand::nn {

/// Kingma and Ba 2015 (arXiv 1412.6980) with beta1 0.9, beta2 0.999, epsilon 1e-8 and coupled weight decay,
/// in double. The networks's own optimizer is optim/optimizers/adam.h.
class InnerAdam {
 public:
  /// Moments of `weights` weights, at first 0.
  explicit InnerAdam(std::size_t weights) : state_(2 + 2 * weights) { state_[0] = state_[1] = 1; }
  /// Goes on from state().
  explicit InnerAdam(std::vector<double> state) : state_(std::move(state)) {}

  /// Moves the weights [J] along their gradient [J].
  void step(std::span<const Scalar> gradient, double rate, double decay, std::span<Scalar> weights) {
    const std::size_t count = weights.size();
    const double correction1 = 1 - (state_[0] *= 0.9), correction2 = 1 - (state_[1] *= 0.999);
    double *const m = state_.data() + 2, *const v = m + count;
    const double root = std::sqrt(correction2);
    for (std::size_t j = 0; j < count; ++j) {
      const double w = static_cast<double>(weights[j]), g = static_cast<double>(gradient[j]) + decay * w;
      m[j] = 0.9 * m[j] + 0.1 * g;
      v[j] = 0.999 * v[j] + 0.001 * (g * g);
      weights[j] = static_cast<Scalar>(w - rate / correction1 * m[j] / (std::sqrt(v[j]) / root + 1e-8));
    }
  }

  const std::vector<double>& state() const { return state_; }  ///< beta1^t, beta2^t, m [J], v [J]

 private:
  std::vector<double> state_;
};

}  // namespace sand::nn
