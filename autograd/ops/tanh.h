// y = tanh x.
#pragma once

#include "autograd/tape.h"
#include "tensor/elementary.h"

namespace sand {
namespace ops {

struct Tanh {
  static constexpr OpDoc doc{"tanh", "y = tanh x", "dx += dy (1 - y^2)"};
  static Shape shape(const Shape& x) { return x; }
  static void forward(TensorView x, TensorSpan y) {
    for (Index i = 0; i < x.size(); ++i) y[i] = sand::tanh(x[i]);
  }
  static void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) {
    dx.array() += dy.array() * (Scalar{1} - y.array() * y.array());
  }
};

}  // namespace ops

inline Var tanh(Var x, Here here = Here::at()) { return x.tape().apply(ops::Tanh{}, here, x); }

}  // namespace sand
