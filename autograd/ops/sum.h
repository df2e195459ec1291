// y = the sum of all numbers of x.
#pragma once

#include "autograd/tape.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct Sum {
  static constexpr OpDoc doc{"sum", "y = sum_i x_i", "dx += dy"};
  static Shape shape(const Shape&) { return {}; }
  static void forward(TensorView x, TensorSpan y) { y[0] = static_cast<Scalar>(sand::sum(x.numbers())); }
  static void backward(TensorView, TensorView, TensorView dy, TensorSpan dx) { dx.array() += dy[0]; }
};

}  // namespace ops

inline Var sum(Var x, Here here = Here::at()) { return x.tape().apply(ops::Sum{}, here, x); }

}  // namespace sand
