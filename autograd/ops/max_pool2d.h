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
  Sides sides{};  // the number of the winner in its window

  Shape shape(const Shape& x) const { return pooled_shape("max_pool2d", x, options); }
  void forward(TensorView x, TensorSpan y) const {
    each_window(y.shape(), options, [&](Index place, Index n, Index i, Index j, Index c) {
      const Winner best = winner(x, place, n, i, j, c);
      y[place] = x[best.place];
      if (sides.kept()) sides.numbers[place] = best.side;
    });
  }
  void backward(TensorView x, TensorView y, TensorView dy, TensorSpan dx) const {
    each_window(y.shape(), options, [&](Index place, Index n, Index i, Index j, Index c) {
      dx[winner(x, place, n, i, j, c).place] += dy[place];
    });
  }

 private:
  struct Winner {
    Index place;         // in x
    std::uint16_t side;  // its number in the window; in windows of 256 x 256 and more not the whole number
  };

  Winner winner(TensorView x, Index y_place, Index n, Index i, Index j, Index c) const {
    const Index row = x.shape()[2] * x.shape()[3],
                first = (n * x.shape()[1] + i) * row + j * x.shape()[3] + c;
    const auto at = [&](Index u, Index v) { return first + u * row + v * x.shape()[3]; };
    if (sides.held && options.window < 256) {
      const std::uint16_t side = sides.numbers[y_place];
      return {at(side / options.window, side % options.window), side};
    }
    Winner best{first, 0};
    for (Index u = 0; u < options.window; ++u)
      for (Index v = 0; v < options.window; ++v) {
        const Index place = at(u, v);
        if (x[place] > x[best.place] || (std::isnan(x[place]) && !std::isnan(x[best.place])))
          best = {place, static_cast<std::uint16_t>(u * options.window + v)};
      }
    return best;
  }
};

}  // namespace ops

/// x [n, h, w, c] -> y [n, (h - window) / stride + 1, likewise, c]. Throws Error(usage) for windows that do
/// not fit.
inline Var max_pool2d(Var x, const PoolOptions& options = {}, Here here = Here::at()) {
  return x.tape().apply(ops::MaxPool2d{.options = options}, here, x);
}

}  // namespace sand
