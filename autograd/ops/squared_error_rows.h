// The mean of (a - b)^2 in every row.
#pragma once

#include "autograd/ops/elementwise_shapes.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct SquaredErrorRows {
  static constexpr OpDoc doc{"squared_error_rows", "y_n = mean_i (a_ni - b_ni)^2",
                             "da_ni += 2 dy_n (a_ni - b_ni) / columns, db -= the same"};
  TensorSpan saved{};  // a - b

  static Shape shape(const Shape& a, const Shape& b) {
    check(a.rank() > 0 && a.size() > 0, [&] {
      return Error(Fault::usage, "squared_error_rows: a must have rows and columns").fact("a", a.text());
    });
    same_shape("squared_error_rows", a, b);
    return {a.rows(), 1};
  }
  static Shape saved_shape(const Shape& a, const Shape&) { return a; }
  void forward(TensorView a, TensorView b, TensorSpan y) const {
    saved.array() = a.array() - b.array();
    const Index each = a.shape().columns();
    for (Index n = 0; n < y.size(); ++n) {
      double total = 0;
      for (Index i = n * each; i < (n + 1) * each; ++i) total += static_cast<double>(saved[i]) * saved[i];
      y[n] = static_cast<Scalar>(total / static_cast<double>(each));
    }
  }
  void backward(TensorView a, TensorView, TensorView, TensorView dy, TensorSpan da, TensorSpan db) const {
    const Index each = a.shape().columns();
    for (Index i = 0; i < saved.size(); ++i) {
      const Scalar slope = Scalar{2} * dy[i / each] / static_cast<Scalar>(each) * saved[i];
      if (da) da[i] += slope;
      if (db) db[i] -= slope;
    }
  }
};

}  // namespace ops

/// a, b [n, ...] of one shape -> y [n, 1]. Throws Error(usage) otherwise.
inline Var squared_error_rows(Var a, Var b, Here here = Here::at()) {
  return a.tape().apply(ops::SquaredErrorRows{}, here, a, b);
}

}  // namespace sand
