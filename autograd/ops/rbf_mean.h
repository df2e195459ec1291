// The mean of a Gaussian kernel of several widths over all pairs of rows: the building block of the maximum
// mean discrepancy (MMD; Gretton et al. 2012; Li et al. 2018). Pairs of close rows, and rows of few columns,
// go by differences (row_distances.h); their c has a minus.
#pragma once

#include <algorithm>
#include <span>

#include "autograd/ops/gaussian_kernels.h"
#include "autograd/ops/row_distances.h"
#include "autograd/ops/row_slopes.h"
#include "autograd/tape.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct RbfMean {
  static constexpr OpDoc doc{"rbf_mean",
                             "y = mean_ij sum_g e^(-g d_ij), d_ij = max(sum (a_i - b_j)^2, 1e-30)",
                             "da_i += 2 dy sum_j c_ij (b_j - a_i) / (n m), c = sum_g g e^(-g d); db alike"};
  static constexpr bool backward_ignores_output = true;
  std::span<const double> gammas;
  TensorSpan saved{};    // c [n, m]
  TensorSpan scratch{};  // of distances and slopes

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
  static Shape scratch_shape(const Shape& a, const Shape& b) {
    const Index n = a[0], m = b[0], f = a[1];
    return {std::max({RowDistances::memory(n, m, f), slopes_memory(n, m, f), slopes_memory(m, n, f)})};
  }
  static Index multiply_adds(const Shape& a, const Shape& b) { return a.size() * b[0]; }

  void forward(TensorView a, TensorView b, TensorSpan y) const {
    const Index n = a.shape()[0], m = b.shape()[0];
    const bool is_same = a.data() == b.data();  // then the pairs (i, j) and (j, i) are equal
    const RowDistances distances(a, b, saved.data(), scratch.data());
    double total = 0;
    for (Index i = 0; i < n; ++i)
      for (Index first = is_same ? i : 0; first < m; first += kKernelsAtOnce) {
        const Index count = std::min(kKernelsAtOnce, m - first);
        double distance[kKernelsAtOnce], kernel[kKernelsAtOnce], slope[kKernelsAtOnce];
        bool is_close[kKernelsAtOnce];
        distances.find(i, first, count, distance, is_close);
        gaussian_kernels(gammas, distance, count, kernel, slope);
        for (Index j = 0; j < count; ++j) {
          const double c = distance[j] < kLeastSquare ? 0 : slope[j];
          const Scalar signed_c = static_cast<Scalar>(is_close[j] ? -c : c);
          saved[i * m + first + j] = signed_c;
          if (is_same) saved[(first + j) * m + i] = signed_c;
        }
        const double sum = sum_terms(count, [&](Index j) { return kernel[j]; });
        total += !is_same ? sum : first == i ? 2 * sum - kernel[0] : 2 * sum;
      }
    y[0] = static_cast<Scalar>(total / static_cast<double>(n * m));
  }
  void backward(TensorView a, TensorView b, TensorView, TensorView dy, TensorSpan da, TensorSpan db) const {
    const Index n = a.shape()[0], m = b.shape()[0];
    const double factor = 2.0 * static_cast<double>(dy[0]) / static_cast<double>(n * m);
    const bool is_same = da && db && da.data() == db.data();
    if (da) add_row_slopes(a, b, {saved.data(), m, 1}, is_same ? 2 * factor : factor, da, scratch.data());
    if (db && !is_same) add_row_slopes(b, a, {saved.data(), 1, m}, factor, db, scratch.data());
  }
};

}  // namespace ops

/// a [n, f], b [m, f] -> one number; a and b may be the same value. Throws Error(usage) for other shapes, and
/// without a gamma. `gammas` must outlive the pass.
inline Var rbf_mean(Var a, Var b, std::span<const double> gammas, Here here = Here::at()) {
  return a.tape().apply(ops::RbfMean{gammas}, here, a, b);
}

}  // namespace sand
