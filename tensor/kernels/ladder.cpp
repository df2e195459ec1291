#include "tensor/kernels/ladder.h"

namespace sand::kernels {
namespace {

/// The row or column of x that tap `tap` of output `at` reads; below 0 or beyond the image, in the zeros.
Index seen(const Convolution& s, Index at, Index tap) { return at * s.stride + tap - s.padding; }

}  // namespace

void convolve_naively(const Convolution& s, Index images, const Scalar* x, const Scalar* w,
                      const Scalar* bias, Scalar* y) {
  for (Index n = 0; n < images; ++n, x += s.height * s.width * s.channels)
    for (Index i = 0; i < s.out_height; ++i)
      for (Index j = 0; j < s.out_width; ++j)
        for (Index o = 0; o < s.outputs; ++o) {
          Scalar sum = bias[o];
          for (Index u = 0; u < s.kernel_height; ++u)
            for (Index v = 0; v < s.kernel_width; ++v) {
              const Index row = seen(s, i, u), column = seen(s, j, v);
              if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
              for (Index c = 0; c < s.channels; ++c)
                sum += x[(row * s.width + column) * s.channels + c] *
                       w[((o * s.channels + c) * s.kernel_height + u) * s.kernel_width + v];
            }
          *y++ = sum;
        }
}

void convolve_in_order(const Convolution& s, Index images, const Scalar* x, const Scalar* turned,
                       const Scalar* bias, Scalar* y) {
  for (Index n = 0; n < images; ++n, x += s.height * s.width * s.channels)
    for (Index i = 0; i < s.out_height; ++i)
      for (Index j = 0; j < s.out_width; ++j, y += s.outputs) {
        for (Index o = 0; o < s.outputs; ++o) y[o] = bias[o];
        for (Index u = 0; u < s.kernel_height; ++u)
          for (Index v = 0; v < s.kernel_width; ++v) {
            const Index row = seen(s, i, u), column = seen(s, j, v);
            if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
            const Scalar* const pixel = x + (row * s.width + column) * s.channels;
            const Scalar* filter = turned + (u * s.kernel_width + v) * s.channels * s.outputs;
            for (Index c = 0; c < s.channels; ++c, filter += s.outputs)
              for (Index o = 0; o < s.outputs; ++o) y[o] += pixel[c] * filter[o];
          }
      }
}

}  // namespace sand::kernels
