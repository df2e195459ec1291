// y = a - b, elementwise.
#pragma once

#include "autograd/ops/elementwise_shapes.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Subtract {
  static constexpr bool backward_ignores_output = true;
  static constexpr OpDoc doc{"subtract", "y = a - b", "da += dy, db -= dy"};
  static Shape shape(const Shape& a, const Shape& b) { return same_shape("subtract", a, b); }
  static void forward(TensorView a, TensorView b, TensorSpan y) { y.array() = a.array() - b.array(); }
  static void backward(TensorView, TensorView, TensorView, TensorView dy, TensorSpan da, TensorSpan db) {
    if (da) da.array() += dy.array();
    if (db) db.array() -= dy.array();
  }
};

}  // namespace ops

/// a, b, y of one shape. Throws Error(usage) otherwise.
inline Var subtract(Var a, Var b, Here here = Here::at()) {
  return a.tape().apply(ops::Subtract{}, here, a, b);
}

}  // namespace sand
