// y = max(x, 0). NaN stays NaN, so that the loss shows a broken input.
#pragma once

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Relu {
  static constexpr OpDoc doc{"relu", "y = max(x, 0)", "dx += dy where y > 0"};
  static constexpr bool in_place = true;
  Sides sides{};
  static Shape shape(const Shape& x) { return x; }
  void forward(TensorView x, TensorSpan y) const {
    if (sides.held) {
      for (Index i = 0; i < x.size(); ++i) y[i] = sides.numbers[i] ? x[i] : 0;
      return;
    }
    y.array() = (x.array() < Scalar{0}).select(Scalar{0}, x.array());
    for (Index i = 0; sides.kept() && i < y.size(); ++i) sides.numbers[i] = y[i] > 0;
  }
  void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) const {
    if (sides.held)
      for (Index i = 0; i < dy.size(); ++i) dx[i] += sides.numbers[i] ? dy[i] : 0;
    else
      dx.array() += (y.array() > Scalar{0}).select(dy.array(), Scalar{0});
  }
  void backward_in_place(TensorView, TensorView y, TensorSpan d) const {
    if (sides.held)
      for (Index i = 0; i < d.size(); ++i) d[i] = sides.numbers[i] ? d[i] : 0;
    else
      d.array() = (y.array() > Scalar{0}).select(d.array(), Scalar{0});
  }
};

}  // namespace ops

inline Var relu(Var x, Here here = Here::at()) { return x.tape().apply(ops::Relu{}, here, x); }

}  // namespace sand
