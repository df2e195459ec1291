// Gaussian kernels of several widths.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "tensor/elementary.h"

namespace sand::ops {

constexpr Index kKernelsAtOnce = 64;
constexpr double kLeastSquare = 1e-30;  ///< squares below it count as this

/// kernel[j] = sum_g e^(-g d_j) and slope[j] = sum_g g e^(-g d_j) of `count` <= kKernelsAtOnce squares d of
/// distances. Where a gamma is ten times the one before, e is the tenth power of that one's; every third e is
/// exact again. Not inlined, since its constants would be spilled.
[[gnu::noinline]] inline void gaussian_kernels(std::span<const double> gammas, const double* square,
                                               Index count, double* kernel, double* slope) {
  double e[kKernelsAtOnce];
  std::fill_n(kernel, count, 0.0);
  std::fill_n(slope, count, 0.0);
  for (std::size_t g = 0; g < gammas.size(); ++g) {
    const double gamma = gammas[g];
    if (g % 3 > 0 && std::fabs(gamma / gammas[g - 1] - 10) < 1e-14)
      for (Index j = 0; j < count; ++j) {
        const double e2 = e[j] * e[j], e5 = e2 * e2 * e[j];
        e[j] = e5 * e5;
      }
    else
      for (Index j = 0; j < count; ++j)
        e[j] = sand::exp(-gamma * (square[j] < kLeastSquare ? kLeastSquare : square[j]));
    for (Index j = 0; j < count; ++j) {
      kernel[j] += e[j];
      slope[j] += gamma * e[j];
    }
  }
}

}  // namespace sand::ops
