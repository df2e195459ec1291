// The covariances of all pairs of columns.
#pragma once

#include <algorithm>

#include "autograd/ops/column_means.h"
#include "autograd/tape.h"
#include "tensor/kernels/kernels.h"

namespace sand {
namespace ops {

struct Covariance {
  static constexpr OpDoc doc{"covariance", "y = d^T d / (n - 1), d = x - mean_n x",
                             "dx += d (dy + dy^T) / (n - 1)"};
  static constexpr bool backward_ignores_output = true;
  TensorSpan saved{};    // d
  TensorSpan scratch{};  // forward: d packed; backward: (dy + dy^T) / (n - 1), packed and plain

  static Shape shape(const Shape& x) {
    check(x.rank() == 2 && x[0] > 1, [&] {
      return Error(Fault::usage, "covariance: x must be a matrix with at least two rows")
          .fact("x", x.text("n, f"));
    });
    return {x[1], x[1]};
  }
  static Shape saved_shape(const Shape& x) { return x; }
  static Shape scratch_shape(const Shape& x) {
    return {std::max(packed_size(std::min(x[0], kDepth), std::min(x[1], kColumns)),
                     packed_size(x[1], x[1]) + x[1] * x[1])};
  }
  static Index multiply_adds(const Shape& x) { return x.size() * x[1]; }

  void forward(TensorView x, TensorSpan y) const {
    const Index n = x.shape()[0], f = x.shape()[1];
    each_column_means(x, [&](Index first, Index columns, const ColumnSums& mean) {
      for (Index row = 0; row < n; ++row)
        for (Index k = 0; k < columns; ++k) {
          const Index i = row * f + first + k;
          saved[i] = static_cast<Scalar>(static_cast<double>(x[i]) - mean[k]);
        }
    });
    y.array().setZero();
    for (Index row = 0; row < n; row += kDepth) add_upper_half(row, std::min(kDepth, n - row), f, y.data());
    for (Index i = 0; i < f; ++i)
      for (Index j = i; j < f; ++j) y[j * f + i] = y[i * f + j] /= static_cast<Scalar>(n - 1);
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    const Index n = x.shape()[0], f = x.shape()[1];
    Scalar* const both = scratch.data() + packed_size(f, f);
    for (Index i = 0; i < f; ++i)
      for (Index j = 0; j < f; ++j)
        both[i * f + j] = (dy[i * f + j] + dy[j * f + i]) / static_cast<Scalar>(n - 1);
    kernels::chosen().pack({both, f, 1}, f, f, scratch.data(), 0, 1);
    kernels::chosen().multiply({saved.data(), f, 1}, scratch.data(), dx.data(), f, n, f, f);
  }

 private:
  static constexpr Index kDepth = 256;   // rows that stay in the cache while every column reads them
  static constexpr Index kColumns = 96;  // columns of one product

  /// Adds d^T d of `depth` rows from `row` to y, but nothing far below its diagonal, since y is symmetric.
  /// The sums continue those of earlier rows, so y has the bits of one product.
  void add_upper_half(Index row, Index depth, Index f, Scalar* y) const {
    const Scalar* const d = saved.data() + row * f;
    for (Index first = 0; first < f; first += kColumns) {
      const Index columns = std::min(kColumns, f - first);
      kernels::chosen().pack({d + first, f, 1}, depth, columns, scratch.data(), 0, 1);
      kernels::chosen().multiply({d, 1, f}, scratch.data(), y + first, f, first + columns, depth, columns);
    }
  }
  static Index packed_size(Index depth, Index columns) {
    return kernels::chosen().packed_size(depth, columns);
  }
};

}  // namespace ops

/// x [n, f] -> y [f, f], unbiased; the mean is summed in double, the product as in linear. Throws
/// Error(usage) unless x is a matrix with n >= 2.
inline Var covariance(Var x, Here here = Here::at()) { return x.tape().apply(ops::Covariance{}, here, x); }

}  // namespace sand
