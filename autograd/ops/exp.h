// y = e^x.
#pragma once

#include "autograd/tape.h"
#include "tensor/elementary.h"

namespace sand {
namespace ops {

struct Exp {
  static constexpr OpDoc doc{"exp", "y = e^x", "dx += dy y"};
  static Shape shape(const Shape& x) { return x; }
  static void forward(TensorView x, TensorSpan y) {
    for (Index i = 0; i < x.size(); ++i) y[i] = sand::exp(x[i]);
  }
  static void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) {
    dx.array() += dy.array() * y.array();
  }
};

}  // namespace ops

/// x, y of one shape.
inline Var exp(Var x, Here here = Here::at()) { return x.tape().apply(ops::Exp{}, here, x); }

}  // namespace sand
