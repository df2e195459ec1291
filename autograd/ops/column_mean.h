// The mean of each column.
#pragma once

#include "autograd/ops/column_means.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct ColumnMean {
  static constexpr OpDoc doc{"column_mean", "y_k = mean_n x_nk", "dx_nk += dy_k / n"};
  static constexpr bool backward_ignores_output = true;

  static Shape shape(const Shape& x) {
    check(x.rank() == 2 && x[0] > 0, [&] {
      return Error(Fault::usage, "column_mean: x must be a matrix with at least one row")
          .fact("x", x.text("n, f"));
    });
    return {1, x[1]};
  }
  static void forward(TensorView x, TensorSpan y) {
    each_column_means(x, [&](Index first, Index columns, const ColumnSums& mean) {
      for (Index k = 0; k < columns; ++k) y[first + k] = static_cast<Scalar>(mean[k]);
    });
  }
  static void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) {
    for (Index row = 0; row < x.shape()[0]; ++row)
      dx.rows(row, 1).array() += dy.array() / static_cast<Scalar>(x.shape()[0]);
  }
};

}  // namespace ops

/// x [n, f] -> y [1, f], sums in double. Throws Error(usage) unless x is a matrix with n >= 1.
inline Var column_mean(Var x, Here here = Here::at()) { return x.tape().apply(ops::ColumnMean{}, here, x); }

}  // namespace sand
