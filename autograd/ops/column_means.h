// The means of the columns of a matrix, shared by the ops that need them.
#pragma once

#include <algorithm>
#include <array>

#include "tensor/tensor.h"

namespace sand::ops {

inline constexpr Index kColumnsAtOnce = 64;
using ColumnSums = std::array<double, kColumnsAtOnce>;

/// Calls part(first, columns, mean) for every 64 columns of x [n, f], with their means, each summed in double
/// from row 0 on.
template <class Part>
void each_column_means(TensorView x, const Part& part) {
  const Index n = x.shape()[0], f = x.shape()[1];
  for (Index first = 0; first < f; first += kColumnsAtOnce) {
    const Index columns = std::min(kColumnsAtOnce, f - first);
    ColumnSums mean{};
    for (Index row = 0; row < n; ++row)
      for (Index k = 0; k < columns; ++k) mean[k] += static_cast<double>(x[row * f + first + k]);
    for (double& number : mean) number /= static_cast<double>(n);
    part(first, columns, mean);
  }
}

}  // namespace sand::ops
