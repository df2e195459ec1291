// The mean of a Gaussian kernel of several widths over all pairs of rows: the building block of the maximum
// mean discrepancy (MMD; Gretton et al. 2012; Li et al. 2018). Pairs of close rows, and rows of few columns,
// go by differences (row_distances.h says why); their c is saved with a minus.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "autograd/ops/row_distances.h"
#include "autograd/tape.h"
#include "tensor/elementary.h"
#include "tensor/kernels/kernels.h"
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
  TensorSpan scratch{};  // centred rows; forward: |b|^2 and b packed; backward: c of a side and its b packed

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
    const Index slopes = (n + m) * f + n * m + kernels::chosen().packed_size(std::max(n, m), f);
    return {std::max(RowDistances::memory(n, m, f), slopes)};
  }
  static Index multiply_adds(const Shape& a, const Shape& b) { return a.size() * b[0]; }

  void forward(TensorView a, TensorView b, TensorSpan y) const {
    const Index n = a.shape()[0], m = b.shape()[0];
    const bool is_same = a.data() == b.data();  // then the pairs (i, j) and (j, i) are equal
    const RowDistances distances(a, b, saved.data(), scratch.data());
    double total = 0;
    for (Index i = 0; i < n; ++i)
      for (Index first = is_same ? i : 0; first < m; first += kAtOnce) {
        const Index count = std::min(kAtOnce, m - first);
        double distance[kAtOnce], kernel[kAtOnce], slope[kAtOnce];
        bool is_close[kAtOnce];
        distances.find(i, first, count, distance, is_close);
        find_kernels(distance, count, kernel, slope);
        for (Index j = 0; j < count; ++j) {
          const double c = distance[j] < kLeast ? 0 : slope[j];
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
    if (da) add_slopes(a, b, {m, 1}, is_same ? 2 * factor : factor, da);
    if (db && !is_same) add_slopes(b, a, {1, m}, factor, db);
  }

 private:
  static constexpr Index kAtOnce = 64;
  static constexpr double kLeast = 1e-30;

  /// Sums of e^(-g d) and g e^(-g d). Where a gamma is ten times the one before, e is the tenth power of that
  /// one's; every third e is exact again. Inlined, its constants would be spilled.
  [[gnu::noinline]] void find_kernels(const double* distance, Index count, double* kernel,
                                      double* slope) const {
    double e[kAtOnce];
    std::fill_n(kernel, count, 0.0), std::fill_n(slope, count, 0.0);
    for (std::size_t g = 0; g < gammas.size(); ++g) {
      const double gamma = gammas[g];
      if (g % 3 > 0 && std::fabs(gamma / gammas[g - 1] - 10) < 1e-14)
        for (Index j = 0; j < count; ++j) e[j] = tenth_power(e[j]);
      else
        for (Index j = 0; j < count; ++j)
          e[j] = sand::exp(-gamma * (distance[j] < kLeast ? kLeast : distance[j]));
      for (Index j = 0; j < count; ++j) kernel[j] += e[j], slope[j] += gamma * e[j];
    }
  }
  static double tenth_power(double x) {
    const double x2 = x * x, x5 = x2 * x2 * x;
    return x5 * x5;
  }

  /// da_i += factor sum_j |c_ij| (b_j - a_i), with c_ij at saved[i * step[0] + j * step[1]].
  void add_slopes(TensorView a, TensorView b, std::array<Index, 2> step, double factor, TensorSpan da) const {
    const Index n = a.shape()[0], m = b.shape()[0], f = a.shape()[1];
    const CentredRows rows(a, b, scratch.data());
    Scalar *const far = scratch.data() + (n + m) * f, *const packed = far + n * m;
    std::vector<Index> close;
    for (Index i = 0; i < n; ++i) {
      const auto c = [&](Index j) { return static_cast<double>(saved[i * step[0] + j * step[1]]); };
      close.clear();
      for (Index j = 0; j < m; ++j) {
        far[i * m + j] = c(j) >= 0 ? static_cast<Scalar>(factor * c(j)) : 0;
        if (!(c(j) >= 0)) close.push_back(j);
      }
      const double sum = sum_terms(m, [&](Index j) { return static_cast<double>(far[i * m + j]); });
      for (Index k = 0; k < f; ++k) {
        double by_differences = 0;
        for (const Index j : close)
          by_differences -= c(j) * (static_cast<double>(b[j * f + k]) - static_cast<double>(a[i * f + k]));
        da[i * f + k] +=
            static_cast<Scalar>(factor * by_differences - sum * static_cast<double>(rows.a[i * f + k]));
      }
    }
    if (f <= RowDistances::kFew) return;
    kernels::chosen().pack({rows.b, f, 1}, m, f, packed, 0, 1);
    kernels::chosen().multiply({far, m, 1}, packed, da.data(), f, n, m, f);
  }
};

}  // namespace ops

/// a [n, f], b [m, f] -> one number; a and b may be the same value. Throws Error(usage) for other shapes, and
/// without a gamma. `gammas` must outlive the pass.
inline Var rbf_mean(Var a, Var b, std::span<const double> gammas, Here here = Here::at()) {
  return a.tape().apply(ops::RbfMean{gammas}, here, a, b);
}

}  // namespace sand
