// y = the maximum of each window of x, channel by channel; on ties the first. NaN counts as greater than any
// number, so that the loss shows a broken input.
#pragma once

#include <cmath>

#include "autograd/ops/pooling.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct MaxPool2d {
  static constexpr OpDoc doc{"max_pool2d", "y = max of x over a window",
                             "dx += dy where x was the first maximum"};
  PoolOptions options;

  Shape shape(const Shape& x) const { return pooled_shape("max_pool2d", x, options); }
  void forward(TensorView x, TensorSpan y) const {
    each_window(y.shape(), options, [&](Index place, Index n, Index i, Index j, Index c) {
      y[place] = x[winner(x, n, i, j, c)];
    });
  }
  void backward(TensorView x, TensorView y, TensorView dy, TensorSpan dx) const {
    each_window(y.shape(), options, [&](Index place, Index n, Index i, Index j, Index c) {
      dx[winner(x, n, i, j, c)] += dy[place];
    });
  }

 private:
  Index winner(TensorView x, Index n, Index i, Index j, Index c) const {
    const Index row = x.shape()[2] * x.shape()[3],
                first = (n * x.shape()[1] + i) * row + j * x.shape()[3] + c;
    Index best = first;
    for (Index u = 0; u < options.window; ++u)
      for (Index v = 0; v < options.window; ++v) {
        const Index place = first + u * row + v * x.shape()[3];
        if (x[place] > x[best] || (std::isnan(x[place]) && !std::isnan(x[best]))) best = place;
      }
    return best;
  }
};

}  // namespace ops

/// x [n, h, w, c] -> y [n, (h - window) / stride + 1, likewise, c]. Throws Error(usage) for windows that do
/// not fit.
inline Var max_pool2d(Var x, const PoolOptions& options = {}, Here here = Here::at()) {
  return x.tape().apply(ops::MaxPool2d{options}, here, x);
}

}  // namespace sand
