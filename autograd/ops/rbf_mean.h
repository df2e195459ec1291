// The mean of a Gaussian kernel of several widths over all pairs of rows: the building block of the maximum
// mean discrepancy (MMD; Gretton et al. 2012; Li et al. 2018). Distances come from differences, since
// |a|^2 + |b|^2 - 2 a.b cancels where rows are close.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "autograd/tape.h"
#include "tensor/elementary.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct RbfMean {
  static constexpr OpDoc doc{"rbf_mean",
                             "y = mean_ij sum_g e^(-g d_ij), d_ij = max(sum (a_i - b_j)^2, 1e-30)",
                             "da_i += 2 dy sum_j c_ij (b_j - a_i) / (n m), c = sum_g g e^(-g d); db alike"};
  static constexpr bool backward_ignores_output = true;
  std::span<const double> gammas;
  TensorSpan saved{};  // c [n, m]

  Shape shape(const Shape& a, const Shape& b) const {
    check(a.rank() == 2 && b.rank() == 2 && a[1] == b[1] && a[0] > 0 && b[0] > 0, [&] {
      return Error(Fault::usage,
                   "rbf_mean: a and b must be matrices with rows and the same number of columns")
          .fact("a", a.text("n, f"))
          .fact("b", b.text("m, f"));
    });
    check(!gammas.empty(), [&] { return Error(Fault::usage, "rbf_mean: there must be a gamma"); });
    return {};
  }
  static Shape saved_shape(const Shape& a, const Shape& b) { return {a[0], b[0]}; }
  static Index multiply_adds(const Shape& a, const Shape& b) { return a.size() * b[0]; }

  void forward(TensorView a, TensorView b, TensorSpan y) const {
    const Index n = a.shape()[0], m = b.shape()[0], f = a.shape()[1];
    double total = 0;
    for (Index i = 0; i < n; ++i)
      for (Index first = 0; first < m; first += kAtOnce) {
        const Index count = std::min(kAtOnce, m - first);
        double distance[kAtOnce], kernel[kAtOnce] = {}, slope[kAtOnce] = {};
        for (Index j = 0; j < count; ++j)
          distance[j] = sum_terms(f, [&](Index k) {
            const double difference = static_cast<double>(a[i * f + k]) - b[(first + j) * f + k];
            return difference * difference;
          });
        for (const double gamma : gammas)
          for (Index j = 0; j < count; ++j) {
            const double e = sand::exp(-gamma * (distance[j] < kLeast ? kLeast : distance[j]));
            kernel[j] += e;
            slope[j] += gamma * e;
          }
        for (Index j = 0; j < count; ++j)
          saved[i * m + first + j] = static_cast<Scalar>(distance[j] < kLeast ? 0 : slope[j]);
        total += sum_terms(count, [&](Index j) { return kernel[j]; });
      }
    y[0] = static_cast<Scalar>(total / static_cast<double>(n * m));
  }
  void backward(TensorView a, TensorView b, TensorView, TensorView dy, TensorSpan da, TensorSpan db) const {
    const Index n = a.shape()[0], m = b.shape()[0];
    const double factor = 2.0 * static_cast<double>(dy[0]) / static_cast<double>(n * m);
    if (da) add_slopes(a, b, {m, 1}, factor, da);
    if (db) add_slopes(b, a, {1, m}, factor, db);
  }

 private:
  static constexpr Index kAtOnce = 64;
  static constexpr double kLeast = 1e-30;

  /// da_i += factor sum_j c_ij (b_j - a_i), with c_ij at saved[i * step[0] + j * step[1]].
  void add_slopes(TensorView a, TensorView b, std::array<Index, 2> step, double factor, TensorSpan da) const {
    const Index f = a.shape()[1];
    for (Index i = 0; i < a.shape()[0]; ++i)
      for (Index first = 0; first < f; first += kAtOnce) {
        const Index columns = std::min(kAtOnce, f - first);
        const Scalar* const from = a.data() + i * f + first;
        double sum[kAtOnce] = {};
        for (Index j = 0; j < b.shape()[0]; ++j) {
          const double c = saved[i * step[0] + j * step[1]];
          const Scalar* const to = b.data() + j * f + first;
          for (Index k = 0; k < columns; ++k)
            sum[k] += c * (static_cast<double>(to[k]) - static_cast<double>(from[k]));
        }
        for (Index k = 0; k < columns; ++k) da[i * f + first + k] += static_cast<Scalar>(factor * sum[k]);
      }
  }
};

}  // namespace ops

/// a [n, f], b [m, f] -> one number; a and b may be the same value. Throws Error(usage) for other shapes, and
/// without a gamma. `gammas` must outlive the pass.
inline Var rbf_mean(Var a, Var b, std::span<const double> gammas, Here here = Here::at()) {
  return a.tape().apply(ops::RbfMean{gammas}, here, a, b);
}

}  // namespace sand
