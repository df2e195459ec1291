// [n, ...] -> [n, everything else].
#pragma once

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Flatten {
  static constexpr OpDoc doc{"flatten", "y = x as [n, rest]", "dx += dy"};
  static Shape shape(const Shape& x) { return {x.rows(), x.columns()}; }
  static void forward(TensorView x, TensorSpan y) { y.array() = x.array(); }
  static void backward(TensorView, TensorView, TensorView dy, TensorSpan dx) { dx.array() += dy.array(); }
};

}  // namespace ops

/// x [n, ...] -> y [n, rest]. Returns x unchanged if it is flat already.
inline Var flatten(Var x, Here here = Here::at()) {
  return x.shape().rank() == 2 ? x : x.tape().apply(ops::Flatten{}, here, x);
}

}  // namespace sand
