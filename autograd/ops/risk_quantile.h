// A quantile of the losses of domains, from a Gaussian kernel density estimate of their distribution: the
// objective of EQRM (Eastwood et al. 2022, arXiv 2207.09944), by bisection as in DomainBed.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "autograd/tape.h"
#include "tensor/elementary.h"
#include "tensor/normal.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct RiskQuantile {
  static constexpr OpDoc doc{"risk_quantile",
                             "y = k, mean_e Phi((k - x_e) / h) = alpha, h = 1.06 s E^(-1/5), by bisection",
                             "dx += dy (a dmin + (1 - a) dmax + z dh), y = a min + (1 - a) max + z h"};
  static constexpr bool backward_ignores_output = true;
  double alpha;
  TensorSpan saved{};  // dy / dx

  Shape shape(const Shape& x) const {
    check(x.size() == x.rows() && x.size() > 1, [&] {
      return Error(Fault::usage, "risk_quantile: x must have the losses of at least two domains, one per row")
          .fact("x", x.text("E, 1"));
    });
    check(alpha >= 1e-10 && alpha <= 1 - 1e-10, [&] {
      return Error(Fault::usage, "risk_quantile: alpha must be at least 1e-10 and at most 1 - 1e-10")
          .fact("alpha", std::to_string(alpha));
    });
    return {};
  }
  static Shape saved_shape(const Shape& x) { return x; }

  void forward(TensorView x, TensorSpan y) const {
    const Index domains = x.size();
    const double count = static_cast<double>(domains), z = normal_quantile(alpha);
    // Differences from x_0 are exactly 0 if all losses are equal; a mean of the losses would be rounded.
    const auto from_first = [&](Index e) { return static_cast<double>(x[e]) - static_cast<double>(x[0]); };
    const double mean = sum_terms(domains, from_first) / count;
    const auto square = [&](Index e) { return (from_first(e) - mean) * (from_first(e) - mean); };
    const double s = std::sqrt(sum_terms(domains, square) / (count - 1));
    const double rate = 1.06 * sand::exp(-0.2 * sand::log(count)), h = rate * s;

    const auto [least, greatest] = std::minmax_element(x.numbers().begin(), x.numbers().end());
    const Bound k = bisect(x, h, {*least + h * z, 1}, {*greatest + h * z, 0});
    y[0] = static_cast<Scalar>(k.value);
    const auto times = [&](Scalar loss) {
      return static_cast<double>(std::count(x.numbers().begin(), x.numbers().end(), loss));
    };
    const double low = k.share / times(*least), high = (1 - k.share) / times(*greatest);
    for (Index e = 0; e < domains; ++e) {
      const double dh = s == 0 ? 0 : rate * (from_first(e) - mean) / ((count - 1) * s);
      saved[e] = static_cast<Scalar>((x[e] == *least ? low : 0) + (x[e] == *greatest ? high : 0) + z * dh);
    }
  }
  void backward(TensorView, TensorView, TensorView dy, TensorSpan dx) const {
    dx.array() += dy[0] * saved.array();
  }

 private:
  /// A bound of the quantile: share of the first lower bound, and 1 - share of the first upper bound.
  struct Bound {
    double value, share;
  };
  static Bound middle(Bound a, Bound b) { return {0.5 * (a.value + b.value), 0.5 * (a.share + b.share)}; }

  Bound bisect(TensorView x, double h, Bound low, Bound high) const {
    Bound k = middle(low, high);
    for (int halving = 0; halving < 32; ++halving) {
      double below = 0;
      for (const Scalar loss : x.numbers()) below += normal_cdf((k.value - static_cast<double>(loss)) / h);
      (below / static_cast<double>(x.size()) > alpha ? high : low) = k;
      const Bound next = middle(low, high);
      if (next.value == k.value) break;
      k = next;
    }
    return k;
  }
};

}  // namespace ops

/// x [E] or [E, 1] -> one number, the alpha-quantile; of equal losses, that loss. The gradient is that of
/// DomainBed: reverse mode through the bisection with its comparisons held fixed, so that it reaches the
/// least and the greatest loss and, by s, all; it is not the derivative of the quantile. Equal extremes share
/// it. Throws Error(usage) for fewer than two losses and for alpha outside [1e-10, 1 - 1e-10].
inline Var risk_quantile(Var x, double alpha, Here here = Here::at()) {
  return x.tape().apply(ops::RiskQuantile{alpha}, here, x);
}

}  // namespace sand
