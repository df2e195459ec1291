// Lab sheet: convolution term by term, for one instruction set. The register tile of multiply.h does all the
// work.
//
//     x with zeros around it, channels last                     y, one row of pixels
//       u=0  [ v0 c.. | v1 c.. | v2 c.. | .. ]  one run           [ o.. ]
//       u=1  [ v0 c.. | v1 c.. | v2 c.. | .. ]  one run     ->    [ o.. ]   kTileRows pixels x 2 vectors of o
//       u=2  [ v0 c.. | v1 c.. | v2 c.. | .. ]  one run           [ .. ]
//
// With channels last, the taps (v, c) of a pixel are adjacent, and those of the next pixel start stride * c
// numbers further. So the patches of one row of y form a matrix in kh runs, without unfolding. Both gradients
// are such products, too:
//   dx: only taps with u = (i + padding) mod stride reach row i of x. So x has stride x stride phases,
//       each a dense convolution of dy with a few taps in reverse, without products with inserted zeros;
//   dw: for each u, [v c, pixels of y] times [pixels of y, o]; the first is x read down its pixels.
// Copying an image into a border of zeros takes 1 to 2 % of the time of its products; in return no inner loop
// tests for the edge.
#pragma once

#include "tensor/kernels/kernels.h"
#include "tensor/kernels/multiply.h"

namespace sand::kernels {
namespace {

struct Border {
  Index top, left, bottom, right;
};

Border border_of_x(const Convolution& s) { return {s.padding, s.padding, s.padding, s.padding}; }

/// The zeros around dy: as many as the taps of the first and last row and column of x need.
Border border_of_dy(const Convolution& s) {
  const Index below = (s.height - 1 + s.padding) / s.stride - (s.out_height - 1);
  const Index beside = (s.width - 1 + s.padding) / s.stride - (s.out_width - 1);
  return {(s.kernel_height - 1) / s.stride, (s.kernel_width - 1) / s.stride, below > 0 ? below : 0,
          beside > 0 ? beside : 0};
}

Index bordered_size(Index height, Index width, Index channels, const Border& b) {
  return (height + b.top + b.bottom) * (width + b.left + b.right) * channels;
}

Scalar* zeros(Scalar* to, Index count) {
  for (Index i = 0; i < count; ++i) to[i] = 0;
  return to + count;
}

/// One image [h, w, c] with zeros around it.
void add_border(const Scalar* image, Index height, Index width, Index channels, const Border& b, Scalar* to) {
  const Index row = (b.left + width + b.right) * channels;
  to = zeros(to, b.top * row);
  for (Index i = 0; i < height; ++i) {
    to = zeros(to, b.left * channels);
    for (Index j = 0; j < width * channels; ++j) *to++ = *image++;
    to = zeros(to, b.right * channels);
  }
  zeros(to, b.bottom * row);
}

/// Calls body(row phase, column phase, taps down, taps across, start of its packed filters).
template <class Body>
void each_phase(const Convolution& s, const Body& body) {
  // the filters of the forward pass come first
  Index start = packed_size(s.kernel_height * s.kernel_width * s.channels, s.outputs);
  for (Index down = 0; down < s.stride; ++down)
    for (Index across = 0; across < s.stride; ++across) {
      const Index taps_down = down < s.kernel_height ? (s.kernel_height - down - 1) / s.stride + 1 : 0;
      const Index taps_across = across < s.kernel_width ? (s.kernel_width - across - 1) / s.stride + 1 : 0;
      body(down, across, taps_down, taps_across, start);
      start += packed_size(taps_down * taps_across * s.outputs, s.channels);
    }
}

Index direct_filters_size(const Convolution& s) {
  Index size = 0;
  each_phase(s, [&](Index, Index, Index down, Index across, Index start) {
    size = start + packed_size(down * across * s.outputs, s.channels);
  });
  return size;
}

/// Row `k` of a packed right-hand operand: number j is from[j * stride].
void pack_row(Scalar* packed, Index depth, Index k, const Scalar* from, Index stride, Index columns) {
  for (Index j = 0; j < columns; j += kWidth) {
    Scalar* to = packed + j * depth + k * kWidth;
    for (Index i = 0; i < kWidth; ++i) to[i] = j + i < columns ? from[(j + i) * stride] : 0;
  }
}

void prepare_filters_directly(const Convolution& s, const Scalar* w, bool back, Scalar* filters, int part,
                              int parts) {
  const Index taps = s.kernel_height * s.kernel_width;
  for (Index k = part; k < taps * s.channels; k += parts)  // k counts (u, v, c)
    pack_row(filters, taps * s.channels, k, w + k % s.channels * taps + k / s.channels, s.channels * taps,
             s.outputs);
  if (!back) return;
  each_phase(s, [&](Index down, Index across, Index taps_down, Index taps_across, Index start) {
    const Index depth = taps_down * taps_across * s.outputs;
    for (Index k = part; k < depth; k += parts) {  // k counts (i, j, o) of dy, so the taps run backwards
      const Index i = k / (taps_across * s.outputs), j = k / s.outputs % taps_across, o = k % s.outputs;
      const Index u = down + (taps_down - 1 - i) * s.stride, v = across + (taps_across - 1 - j) * s.stride;
      pack_row(filters + start, depth, k, w + o * s.channels * taps + u * s.kernel_width + v, taps,
               s.channels);
    }
  });
}

template <Index... I>
struct Places {};
template <Index N, Index... I>
struct PlacesTo : PlacesTo<N - 1, N - 1, I...> {};
template <Index... I>
struct PlacesTo<0, I...> {
  typedef Places<I...> Type;
};

/// a0 b0 a1 b1 ... of the lower (Half = 0) or the upper halves of a and b.
template <Index Half, Index... I>
Vector interleaved(Vector a, Vector b, Places<I...>) {
  return __builtin_shufflevector(a, b, (I % 2 * kLanes + I / 2 + Half * kLanes / 2)...);
}

/// Transposes a square: log2(kLanes) rounds interleave row i with row i + kLanes / 2.
void transpose(Vector (&x)[kLanes]) {
  const typename PlacesTo<kLanes>::Type all{};
  for (Index round = 1; round < kLanes; round *= 2) {
    Vector y[kLanes];
#pragma GCC unroll 8
    for (Index i = 0; i < kLanes / 2; ++i) {
      y[2 * i] = interleaved<0>(x[i], x[i + kLanes / 2], all);
      y[2 * i + 1] = interleaved<1>(x[i], x[i + kLanes / 2], all);
    }
#pragma GCC unroll 16
    for (Index i = 0; i < kLanes; ++i) x[i] = y[i];
  }
}

/// dw[o, t] += block[t, o] for `count` outputs and any number of taps: squares of kLanes x kLanes, then the
/// rest.
void add_taps(const Scalar* block, Index next_tap, Index taps, Index count, Scalar* dw, Index next_output) {
  const Index square_taps = taps / kLanes * kLanes, square_outputs = count / kLanes * kLanes;
  for (Index o = 0; o < square_outputs; o += kLanes)
    for (Index t = 0; t < square_taps; t += kLanes) {
      Vector x[kLanes];
#pragma GCC unroll 16
      for (Index i = 0; i < kLanes; ++i)
        x[i] = *reinterpret_cast<const Unaligned*>(block + (t + i) * next_tap + o);
      transpose(x);
#pragma GCC unroll 16
      for (Index i = 0; i < kLanes; ++i)
        *reinterpret_cast<Unaligned*>(dw + (o + i) * next_output + t) += x[i];
    }
  for (Index o = 0; o < count; ++o)
    for (Index t = o < square_outputs ? square_taps : 0; t < taps; ++t)
      dw[o * next_output + t] += block[t * next_tap + o];
}

Index direct_scratch_size(const Convolution& s) {
  const Index x = bordered_size(s.height, s.width, s.channels, border_of_x(s));
  const Index dy = bordered_size(s.out_height, s.out_width, s.outputs, border_of_dy(s));
  const Index dw = packed_size(s.out_height * s.out_width, s.outputs) +
                   s.kernel_height * s.kernel_width * s.channels * s.outputs;
  return dy > x + dw ? dy : x + dw;
}

void convolve_directly(const Convolution& s, Index images, const Scalar* x, const Scalar* filters,
                       const Scalar* bias, Scalar* y, Scalar* scratch) {
  const Index row = (s.width + 2 * s.padding) * s.channels;
  for (Index image = 0; image < images; ++image, x += s.height * s.width * s.channels) {
    add_border(x, s.height, s.width, s.channels, border_of_x(s), scratch);
    for (Index i = 0; i < s.out_height; ++i, y += s.out_width * s.outputs) {
      for (Index j = 0; j < s.out_width; ++j)
        for (Index o = 0; o < s.outputs; ++o) y[j * s.outputs + o] = bias[o];
      const Strided patches{scratch + i * s.stride * row, s.stride * s.channels, 1,
                            s.kernel_width * s.channels, row};
      multiply(patches, filters, y, s.outputs, s.out_width, s.kernel_height * s.kernel_width * s.channels,
               s.outputs);
    }
  }
}

void input_gradient_directly(const Convolution& s, Index images, const Scalar* filters, const Scalar* dy,
                             Scalar* dx, Scalar* scratch) {
  const Border b = border_of_dy(s);
  const Index row = (b.left + s.out_width + b.right) * s.outputs;
  for (Index image = 0; image < images;
       ++image, dy += s.out_height * s.out_width * s.outputs, dx += s.height * s.width * s.channels) {
    add_border(dy, s.out_height, s.out_width, s.outputs, b, scratch);
    each_phase(s, [&](Index down, Index across, Index taps_down, Index taps_across, Index start) {
      const Index i0 =
          (down + s.stride - s.padding % s.stride) % s.stride;  // the first row of x in this phase
      const Index j0 = (across + s.stride - s.padding % s.stride) % s.stride;
      const Index pixels = (s.width - j0 + s.stride - 1) / s.stride;
      if (taps_down * taps_across == 0 || pixels <= 0) return;
      for (Index i = i0; i < s.height; i += s.stride) {
        const Index i_dy =
            (i + s.padding) / s.stride - (taps_down - 1) + b.top;  // the first row of dy that reaches row i
        const Index j_dy = (j0 + s.padding) / s.stride - (taps_across - 1) + b.left;
        const Strided patches{scratch + i_dy * row + j_dy * s.outputs, s.outputs, 1, taps_across * s.outputs,
                              row};
        multiply(patches, filters + start, dx + (i * s.width + j0) * s.channels, s.stride * s.channels,
                 pixels, taps_down * taps_across * s.outputs, s.channels);
      }
    });
  }
}

void filter_gradient_directly(const Convolution& s, Index images, const Scalar* x, const Scalar* dy,
                              Scalar* dw, Scalar* scratch) {
  const Index row = (s.width + 2 * s.padding) * s.channels;
  const Index pixels = s.out_height * s.out_width, taps = s.kernel_height * s.kernel_width;
  Scalar* const packed = scratch + bordered_size(s.height, s.width, s.channels, border_of_x(s));
  Scalar* const block = packed + packed_size(pixels, s.outputs);  // dw as [u, v, c, o]
  for (Index image = 0; image < images;
       ++image, x += s.height * s.width * s.channels, dy += pixels * s.outputs) {
    add_border(x, s.height, s.width, s.channels, border_of_x(s), scratch);
    pack({dy, s.outputs, 1}, pixels, s.outputs, packed, 0, 1);
    for (Index u = 0; u < s.kernel_height; ++u) {
      const Strided taps_by_pixels{scratch + u * row, 1, s.stride * s.channels, s.out_width, s.stride * row};
      multiply(taps_by_pixels, packed, block + u * s.kernel_width * s.channels * s.outputs, s.outputs,
               s.kernel_width * s.channels, pixels, s.outputs, image == 0 ? Start::zero : Start::stored);
    }
  }
  for (Index c = 0; c < s.channels; ++c)
    for (Index o = 0; o < s.outputs; o += kLanes)
      add_taps(block + c * s.outputs + o, s.channels * s.outputs, taps,
               s.outputs - o < kLanes ? s.outputs - o : kLanes, dw + (o * s.channels + c) * taps,
               s.channels * taps);
}

}  // namespace
}  // namespace sand::kernels
