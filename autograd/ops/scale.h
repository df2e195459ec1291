// y = c x, with a number c that is not trained.
#pragma once

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Scale {
  static constexpr OpDoc doc{"scale", "y = c x", "dx += c dy"};
  Scalar factor;
  static Shape shape(const Shape& x) { return x; }
  void forward(TensorView x, TensorSpan y) const { y.array() = factor * x.array(); }
  void backward(TensorView, TensorView, TensorView dy, TensorSpan dx) const {
    dx.array() += factor * dy.array();
  }
};

}  // namespace ops

inline Var scale(Var x, Scalar factor, Here here = Here::at()) {
  return x.tape().apply(ops::Scale{factor}, here, x);
}

}  // namespace sand
