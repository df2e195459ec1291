// The squared distances of all pairs of rows. |a - b|^2 = |a|^2 + |b|^2 - 2 a.b makes one matrix product of
// them. It cancels where rows are close, or far from the origin: so rows are taken from a mean row, and pairs
// that are close, or have few columns, go by their differences.
#pragma once

#include <algorithm>

#include "autograd/ops/column_means.h"
#include "tensor/kernels/kernels.h"
#include "tensor/sum.h"

namespace sand::ops {

/// a [n, f] and b [m, f] without the mean row of b, one after the other at `to` [(n + m) f].
struct CentredRows {
  CentredRows(TensorView of_a, TensorView of_b, Scalar* to) : a(to), b(to + of_a.size()) {
    const Index f = of_a.shape()[1];
    each_column_means(of_b, [&](Index first, Index columns, const ColumnSums& mean) {
      const auto copy = [&](TensorView from, Scalar* centred) {
        for (Index i = first; i < from.size(); i += f)
          for (Index k = 0; k < columns; ++k)
            centred[i + k] = static_cast<Scalar>(static_cast<double>(from[i + k]) - mean[k]);
      };
      copy(of_a, a);
      copy(of_b, b);
    });
  }
  Scalar *a, *b;
};

/// The distances of a [n, f] to b [m, f].
class RowDistances {
 public:
  static constexpr Index kFew = 3;  ///< columns for which differences cost less than products

  /// Numbers of memory.
  static Index memory(Index n, Index m, Index f) {
    return (n + m) * f + m + kernels::chosen().packed_size(f, m);
  }
  /// `products`: [n, m]; find() of a pair reads its number. Memory must outlive it.
  RowDistances(TensorView a, TensorView b, Scalar* products, Scalar* memory)
      : a_(a), b_(b), products_(products), centred_(memory), squares_(memory + a.size() + b.size()) {
    const Index n = a.shape()[0], m = b.shape()[0], f = a.shape()[1];
    if (f <= kFew) return;
    const CentredRows rows(a, b, memory);
    for (Index j = 0; j < m; ++j) squares_[j] = static_cast<Scalar>(square(rows.b + j * f, f));
    std::fill_n(products, n * m, Scalar(0));
    kernels::chosen().pack({rows.b, 1, f}, f, m, squares_ + m, 0, 1);
    kernels::chosen().multiply({rows.a, f, 1}, squares_ + m, products, m, n, f, m);
  }

  /// Of row i of a to `count` rows of b. A distance by products has lost at most three bits to cancellation;
  /// `by_differences` are the others.
  void find(Index i, Index first, Index count, double* distance, bool* by_differences) const {
    const Index m = b_.shape()[0], f = a_.shape()[1];
    const Scalar *const row = a_.data() + i * f, *const rows = b_.data() + first * f;
    std::fill_n(by_differences, count, f <= kFew);
    if (f <= kFew) return subtract(row, rows, f, count, distance);
    const double of_a = square(centred_ + i * f, f);
    for (Index j = 0; j < count; ++j) {
      const double sum = of_a + static_cast<double>(squares_[first + j]);
      distance[j] = sum - 2 * static_cast<double>(products_[i * m + first + j]);
      by_differences[j] = !(distance[j] >= sum / 8);  // or not a number
    }
    for (Index j = 0; j < count; ++j)
      if (by_differences[j]) subtract(row, rows + j * f, f, 1, distance + j);
  }

 private:
  static double square(const Scalar* x, Index f) {
    return sum_terms(f, [=](Index k) { return static_cast<double>(x[k]) * static_cast<double>(x[k]); });
  }
  static void subtract(const Scalar* a, const Scalar* b, Index f, Index count, double* distance) {
    std::fill_n(distance, count, 0.0);
    for (Index k = 0; k < f; ++k)
      for (Index j = 0; j < count; ++j) {
        const double difference = static_cast<double>(a[k]) - static_cast<double>(b[j * f + k]);
        distance[j] += difference * difference;
      }
  }

  TensorView a_, b_;
  Scalar *products_, *centred_, *squares_;  // squares of b, and behind them b packed
};

}  // namespace sand::ops
