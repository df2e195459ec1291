// y = the mean of all numbers of x.
#pragma once

#include "autograd/tape.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct Mean {
  static constexpr OpDoc doc{"mean", "y = sum_i x_i / size", "dx += dy / size"};
  static Shape shape(const Shape& x) {
    check(x.size() > 0, [&] { return Error(Fault::usage, "mean: x must not be empty").fact("x", x.text()); });
    return {};
  }
  static void forward(TensorView x, TensorSpan y) {
    y[0] = static_cast<Scalar>(sand::sum(x.numbers()) / static_cast<double>(x.size()));
  }
  static void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) {
    dx.array() += dy[0] / static_cast<Scalar>(x.size());
  }
};

}  // namespace ops

inline Var mean(Var x, Here here = Here::at()) { return x.tape().apply(ops::Mean{}, here, x); }

}  // namespace sand
