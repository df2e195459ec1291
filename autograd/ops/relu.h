// y = max(x, 0). NaN stays NaN, so that the loss shows a broken input.
#pragma once

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Relu {
  static constexpr OpDoc doc{"relu", "y = max(x, 0)", "dx += dy where y > 0"};
  static constexpr bool in_place = true;
  static Shape shape(const Shape& x) { return x; }
  static void forward(TensorView x, TensorSpan y) {
    y.array() = (x.array() < Scalar{0}).select(Scalar{0}, x.array());
  }
  static void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) {
    dx.array() += (y.array() > Scalar{0}).select(dy.array(), Scalar{0});
  }
  static void backward_in_place(TensorView, TensorView y, TensorSpan d) {
    d.array() = (y.array() > Scalar{0}).select(d.array(), Scalar{0});
  }
};

}  // namespace ops

inline Var relu(Var x, Here here = Here::at()) { return x.tape().apply(ops::Relu{}, here, x); }

}  // namespace sand
