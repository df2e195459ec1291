// y = x where x > 0, slope x elsewhere.
#pragma once

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct LeakyRelu {
  static constexpr OpDoc doc{"leaky_relu", "y = x where x > 0, else slope x",
                             "dx += dy where x > 0, else slope dy"};
  Scalar slope;
  Sides sides{};
  static Shape shape(const Shape& x) { return x; }
  void forward(TensorView x, TensorSpan y) const {
    if (sides.held) {
      for (Index i = 0; i < x.size(); ++i) y[i] = sides.numbers[i] ? x[i] : slope * x[i];
      return;
    }
    y.array() = (x.array() > Scalar{0}).select(x.array(), slope * x.array());
    for (Index i = 0; sides.kept() && i < x.size(); ++i) sides.numbers[i] = x[i] > 0;
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    if (sides.held)
      for (Index i = 0; i < dy.size(); ++i) dx[i] += sides.numbers[i] ? dy[i] : slope * dy[i];
    else
      dx.array() += (x.array() > Scalar{0}).select(dy.array(), slope * dy.array());
  }
};

}  // namespace ops

inline Var leaky_relu(Var x, Scalar slope = Scalar(0.01), Here here = Here::at()) {
  return x.tape().apply(ops::LeakyRelu{.slope = slope}, here, x);
}

}  // namespace sand
