// Converts images from the layout of data sets, [n, c, h, w], to the layout of convolutions, [n, h, w, c].
#pragma once

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct ChannelsLast {
  static constexpr OpDoc doc{"channels_last", "y_nijc = x_ncij", "dx_ncij += dy_nijc"};
  Shape image;  // [c, h, w]

  Shape shape(const Shape& x) const {
    check(image.rank() == 3 && x.rank() >= 1 && x.columns() == image.size(), [&] {
      return Error(Fault::usage, "channels_last: a row of x must hold one image")
          .fact("x", x.text())
          .fact("image", image.text("c, h, w"));
    });
    return {x.rows(), image[1], image[2], image[0]};
  }
  void forward(TensorView x, TensorSpan y) const {
    each(x.shape().rows(), [&](Index first, Index last) { y[last] = x[first]; });
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    each(x.shape().rows(), [&](Index first, Index last) { dx[first] += dy[last]; });
  }

 private:
  /// Calls body(index with channels first, index with channels last).
  template <class Body>
  void each(Index n, const Body& body) const {
    const Index channels = image[0], pixels = image[1] * image[2];
    for (Index row = 0; row < n; ++row)
      for (Index c = 0; c < channels; ++c)
        for (Index pixel = 0; pixel < pixels; ++pixel)
          body((row * channels + c) * pixels + pixel, (row * pixels + pixel) * channels + c);
  }
};

}  // namespace ops

/// x [n, ...] with c h w numbers per row -> y [n, h, w, c]; `image` is [c, h, w]. Throws Error(usage) if it
/// does not fit.
inline Var channels_last(Var x, const Shape& image, Here here = Here::at()) {
  return x.tape().apply(ops::ChannelsLast{image}, here, x);
}

}  // namespace sand
