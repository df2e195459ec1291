// The variance of each column, in two passes, since a difference of sums of squares cancels.
#pragma once

#include <string>

#include "autograd/ops/column_means.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct ColumnVariance {
  static constexpr OpDoc doc{"column_variance", "y_k = sum_n (x_nk - mean_k)^2 / (n - ddof)",
                             "dx_nk += 2 dy_k (x_nk - mean_k) / (n - ddof)"};
  static constexpr bool backward_ignores_output = true;
  int ddof;

  Shape shape(const Shape& x) const {
    check(ddof == 0 || ddof == 1, [&] {
      return Error(Fault::usage, "column_variance: ddof must be 0 or 1").fact("ddof", std::to_string(ddof));
    });
    check(x.rank() == 2 && x[0] > ddof, [&] {
      return Error(Fault::usage, "column_variance: x must be a matrix with more rows than ddof")
          .fact("x", x.text("n, f"))
          .fact("ddof", std::to_string(ddof));
    });
    return {1, x[1]};
  }
  void forward(TensorView x, TensorSpan y) const {
    const Index n = x.shape()[0], f = x.shape()[1];
    each_column_means(x, [&](Index first, Index columns, const ColumnSums& mean) {
      ColumnSums squares{};
      for (Index row = 0; row < n; ++row)
        for (Index k = 0; k < columns; ++k) {
          const double difference = static_cast<double>(x[row * f + first + k]) - mean[k];
          squares[k] += difference * difference;
        }
      for (Index k = 0; k < columns; ++k)
        y[first + k] = static_cast<Scalar>(squares[k] / static_cast<double>(n - ddof));
    });
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    const Index n = x.shape()[0], f = x.shape()[1];
    each_column_means(x, [&](Index first, Index columns, const ColumnSums& mean) {
      for (Index row = 0; row < n; ++row)
        for (Index k = 0; k < columns; ++k) {
          const Index i = row * f + first + k;
          const double difference = static_cast<double>(x[i]) - mean[k];
          dx[i] += static_cast<Scalar>(2.0 * difference * static_cast<double>(dy[first + k]) /
                                       static_cast<double>(n - ddof));
        }
    });
  }
};

}  // namespace ops

/// x [n, f] -> y [1, f], sums in double; ddof 1 gives the unbiased variance, ddof 0 divides by n. Throws
/// Error(usage) for another ddof, and unless x is a matrix with n > ddof.
inline Var column_variance(Var x, int ddof, Here here = Here::at()) {
  return x.tape().apply(ops::ColumnVariance{ddof}, here, x);
}

}  // namespace sand
