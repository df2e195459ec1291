// The shape rule of max and mean pooling.
#pragma once

#include <string>

#include "tensor/error.h"
#include "tensor/shape.h"

namespace sand {

/// Square windows: window x window pixels, `stride` apart.
struct PoolOptions {
  Index window = 2;  ///< height and width of a window, in pixels
  Index stride = 2;  ///< pixels between two windows, down and across
};

namespace ops {

/// [n, h, w, c] -> [n, (h - window) / stride + 1, likewise, c]: windows that do not fit are omitted. Throws
/// Error(usage).
inline Shape pooled_shape(const char* op, const Shape& x, const PoolOptions& options) {
  check(x.rank() == 4 && options.window >= 1 && options.stride >= 1 && x[1] >= options.window &&
            x[2] >= options.window,
        [&] {
          return Error(Fault::usage, std::string(op) + ": a window must fit into x, and stride be at least 1")
              .fact("x", x.text("n, h, w, c"))
              .fact("window", std::to_string(options.window) + ", stride " + std::to_string(options.stride));
        });
  return {x[0], (x[1] - options.window) / options.stride + 1, (x[2] - options.window) / options.stride + 1,
          x[3]};
}

/// Calls body(place in y, image of x, row, column, channel); row and column are those of the window's first
/// pixel.
template <class Body>
void each_window(const Shape& y, const PoolOptions& options, const Body& body) {
  Index place = 0;
  for (Index n = 0; n < y[0]; ++n)
    for (Index i = 0; i < y[1]; ++i)
      for (Index j = 0; j < y[2]; ++j)
        for (Index c = 0; c < y[3]; ++c) body(place++, n, i * options.stride, j * options.stride, c);
}

}  // namespace ops
}  // namespace sand
