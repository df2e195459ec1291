// y = a b, elementwise.
#pragma once

#include "autograd/ops/elementwise_shapes.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Mul {
  static constexpr OpDoc doc{"mul", "y = a b", "da += dy b, db += dy a"};
  static Shape shape(const Shape& a, const Shape& b) { return same_shape("mul", a, b); }
  static void forward(TensorView a, TensorView b, TensorSpan y) { y.array() = a.array() * b.array(); }
  static void backward(TensorView a, TensorView b, TensorView, TensorView dy, TensorSpan da, TensorSpan db) {
    if (da) da.array() += dy.array() * b.array();
    if (db) db.array() += dy.array() * a.array();
  }
};

}  // namespace ops

/// a, b, y of one shape. Throws Error(usage) otherwise.
inline Var mul(Var a, Var b, Here here = Here::at()) { return a.tape().apply(ops::Mul{}, here, a, b); }

}  // namespace sand
