// y = 1 / (1 + e^-x).
#pragma once

#include "autograd/tape.h"
#include "tensor/elementary.h"

namespace sand {
namespace ops {

struct Sigmoid {
  static constexpr OpDoc doc{"sigmoid", "y = 1 / (1 + e^-x)", "dx += dy y (1 - y)"};
  static Shape shape(const Shape& x) { return x; }
  static void forward(TensorView x, TensorSpan y) {
    for (Index i = 0; i < x.size(); ++i) y[i] = sand::sigmoid(x[i]);
  }
  static void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) {
    dx.array() += dy.array() * y.array() * (Scalar{1} - y.array());
  }
};

}  // namespace ops

inline Var sigmoid(Var x, Here here = Here::at()) { return x.tape().apply(ops::Sigmoid{}, here, x); }

}  // namespace sand
