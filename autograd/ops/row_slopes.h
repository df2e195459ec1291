// Backward of a sum over all pairs of rows that depends on their distances.
#pragma once

#include <vector>

#include "autograd/ops/row_distances.h"

namespace sand::ops {

/// Numbers of memory for add_row_slopes of a [n, f] and b [m, f].
inline Index slopes_memory(Index n, Index m, Index f) {
  return (n + m) * f + n * m + kernels::chosen().packed_size(m, f);
}

/// da_i += factor sum_j |c_ij| (b_j - a_i), for a [n, f], b [m, f], c [n, m]: by one matrix product, and by
/// differences where c_ij has a minus or is NaN.
inline void add_row_slopes(TensorView a, TensorView b, const kernels::Strided& c, double factor,
                           TensorSpan da, Scalar* memory) {
  const Index n = a.shape()[0], m = b.shape()[0], f = a.shape()[1];
  const CentredRows rows(a, b, memory);
  Scalar *const far = memory + (n + m) * f, *const packed = far + n * m;
  std::vector<Index> close;
  for (Index i = 0; i < n; ++i) {
    const auto of_pair = [&](Index j) { return static_cast<double>(c.data[i * c.row + j * c.column]); };
    close.clear();
    for (Index j = 0; j < m; ++j) {
      far[i * m + j] = of_pair(j) >= 0 ? static_cast<Scalar>(factor * of_pair(j)) : 0;
      if (!(of_pair(j) >= 0)) close.push_back(j);
    }
    const double sum = sum_terms(m, [&](Index j) { return static_cast<double>(far[i * m + j]); });
    for (Index k = 0; k < f; ++k) {
      double by_differences = 0;
      for (const Index j : close)
        by_differences -=
            of_pair(j) * (static_cast<double>(b[j * f + k]) - static_cast<double>(a[i * f + k]));
      da[i * f + k] +=
          static_cast<Scalar>(factor * by_differences - sum * static_cast<double>(rows.a[i * f + k]));
    }
  }
  if (f <= RowDistances::kFew) return;  // all by differences
  kernels::chosen().pack({rows.b, f, 1}, m, f, packed, 0, 1);
  kernels::chosen().multiply({far, m, 1}, packed, da.data(), f, n, m, f);
}

}  // namespace sand::ops
