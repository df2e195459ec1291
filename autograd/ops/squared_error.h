// y = the mean of (a - b)^2.
#pragma once

#include "autograd/ops/elementwise_shapes.h"
#include "autograd/tape.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct SquaredError {
  static constexpr OpDoc doc{"squared_error", "y = mean_i (a_i - b_i)^2",
                             "da += 2 dy (a - b) / size, db -= the same"};
  TensorSpan saved{};  // a - b

  static Shape shape(const Shape& a, const Shape& b) {
    check(a.size() > 0,
          [&] { return Error(Fault::usage, "squared_error: a must not be empty").fact("a", a.text()); });
    return same_shape("squared_error", a, b), Shape{};
  }
  static Shape saved_shape(const Shape& a, const Shape&) { return a; }
  void forward(TensorView a, TensorView b, TensorSpan y) const {
    saved.array() = a.array() - b.array();
    double total = 0;
    for (Index i = 0; i < saved.size(); ++i) total += static_cast<double>(saved[i]) * saved[i];
    y[0] = static_cast<Scalar>(total / static_cast<double>(a.size()));
  }
  void backward(TensorView, TensorView, TensorView, TensorView dy, TensorSpan da, TensorSpan db) const {
    const Scalar factor = Scalar{2} * dy[0] / static_cast<Scalar>(saved.size());
    if (da) da.array() += factor * saved.array();
    if (db) db.array() -= factor * saved.array();
  }
};

}  // namespace ops

/// a, b of one shape -> one number. Throws Error(usage) otherwise.
inline Var squared_error(Var a, Var b, Here here = Here::at()) {
  return a.tape().apply(ops::SquaredError{}, here, a, b);
}

}  // namespace sand
