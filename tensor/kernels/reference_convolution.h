// Convolutions exactly as in their formulas: no borders, no packing, no vectors. The reference for direct.h
// and winograd.h; it shares only the matrices with them. Part of reference.cpp.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"
#include "tensor/kernels/winograd_transforms.h"

namespace sand::kernels {
namespace {

/// Images [n, h, w, c] with zeros around them.
struct Images {
  const Scalar* data;
  Index height, width, channels;
  bool hold(Index i, Index j) const { return i >= 0 && i < height && j >= 0 && j < width; }
  Index place(Index image, Index i, Index j, Index c) const {
    return ((image * height + i) * width + j) * channels + c;
  }
  Scalar at(Index image, Index i, Index j, Index c) const {
    return hold(i, j) ? data[place(image, i, j, c)] : Scalar{0};
  }
};

void convolve_term_by_term(const Convolution& s, Index images, const Images& x, const Scalar* w,
                           const Scalar* bias, Scalar* y) {
  for (Index n = 0; n < images; ++n)
    for (Index i = 0; i < s.out_height; ++i)
      for (Index j = 0; j < s.out_width; ++j)
        for (Index o = 0; o < s.outputs; ++o, ++y) {
          *y = bias[o];
          for (Index u = 0; u < s.kernel_height; ++u)
            for (Index v = 0; v < s.kernel_width; ++v)
              for (Index c = 0; c < s.channels; ++c)
                *y = fma(x.at(n, i * s.stride + u - s.padding, j * s.stride + v - s.padding, c),
                         w[((o * s.channels + c) * s.kernel_height + u) * s.kernel_width + v], *y);
        }
}

/// Along one axis: the outputs last, last - 1, ... that read input `i`, through taps phase, phase + stride,
/// ...
struct Seen {
  Index last, phase, count;
};
Seen outputs_that_see(Index i, Index kernel, Index stride, Index padding) {
  const Index phase = (i + padding) % stride;
  return {(i + padding) / stride, phase, phase < kernel ? (kernel - phase - 1) / stride + 1 : 0};
}

void input_gradient_term_by_term(const Convolution& s, Index images, const Scalar* w, const Images& dy,
                                 Scalar* dx) {
  for (Index n = 0; n < images; ++n)
    for (Index i = 0; i < s.height; ++i)
      for (Index j = 0; j < s.width; ++j)
        for (Index c = 0; c < s.channels; ++c, ++dx) {
          const Seen down = outputs_that_see(i, s.kernel_height, s.stride, s.padding);
          const Seen across = outputs_that_see(j, s.kernel_width, s.stride, s.padding);
          for (Index a = down.count - 1; a >= 0; --a)
            for (Index b = across.count - 1; b >= 0; --b)
              for (Index o = 0; o < s.outputs; ++o)
                *dx = fma(
                    dy.at(n, down.last - a, across.last - b, o),
                    w[((o * s.channels + c) * s.kernel_height + down.phase + a * s.stride) * s.kernel_width +
                      across.phase + b * s.stride],
                    *dx);
        }
}

void filter_gradient_term_by_term(const Convolution& s, Index images, const Images& x, const Images& dy,
                                  Scalar* dw) {
  for (Index o = 0; o < s.outputs; ++o)
    for (Index c = 0; c < s.channels; ++c)
      for (Index u = 0; u < s.kernel_height; ++u)
        for (Index v = 0; v < s.kernel_width; ++v, ++dw) {
          Scalar sum = 0;
          for (Index n = 0; n < images; ++n)
            for (Index i = 0; i < s.out_height; ++i)
              for (Index j = 0; j < s.out_width; ++j)
                sum = fma(x.at(n, i * s.stride + u - s.padding, j * s.stride + v - s.padding, c),
                          dy.at(n, i, j, o), sum);
          *dw += sum;
        }
}

// Convolution in tiles. Blocks [p][row, column] hold one number per point p; rows are tiles or channels.

template <class T>
struct PlainTiles {
  static constexpr Index kAll = T::kPoints * T::kPoints;
  const Convolution& s;
  Index images;
  Index across() const { return (s.out_width + T::kTile - 1) / T::kTile; }
  Index per_image() const { return across() * ((s.out_height + T::kTile - 1) / T::kTile); }
  Index count() const { return images * per_image(); }
};

/// block[p][tile, c] = F window F^T. The window of a tile begins at step times its place in the grid, minus
/// `before`.
template <const Factored& F, class T>
void plain_in(const PlainTiles<T>& t, const Images& from, Index step, Index before, Scalar* block) {
  for (Index tile = 0; tile < t.count(); ++tile)
    for (Index c = 0; c < from.channels; ++c) {
      const Index place = tile % t.per_image(), top = place / t.across() * step - before,
                  left = place % t.across() * step - before;
      transform<F, Scalar>(
          [&](Index i, Index j) { return from.at(tile / t.per_image(), top + i, left + j, c); },
          [&](Index i, Index j, Scalar number) {
            block[((i * T::kPoints + j) * t.count() + tile) * from.channels + c] = number;
          });
    }
}

/// The reverse: calls put(place in the images, c, number) for all numbers inside the images.
template <const Factored& F, class T, class Put>
void plain_out(const PlainTiles<T>& t, const Images& to, Index step, Index before, const Scalar* block,
               const Put& put) {
  for (Index tile = 0; tile < t.count(); ++tile)
    for (Index c = 0; c < to.channels; ++c) {
      const Index place = tile % t.per_image(), top = place / t.across() * step - before,
                  left = place % t.across() * step - before;
      transform<F, Scalar>(
          [&](Index i, Index j) {
            return block[((i * T::kPoints + j) * t.count() + tile) * to.channels + c];
          },
          [&](Index i, Index j, Scalar number) {
            if (to.hold(top + i, left + j))
              put(to.place(tile / t.per_image(), top + i, left + j, c), c, number);
          });
    }
}

/// c[i, j] = sum over k of a[i * a_row + k * a_column] b[k * b_row + j * b_column], from 0.
void plain_product(Strided a, Strided b, Scalar* c, Index rows, Index depth, Index columns) {
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      Scalar sum = 0;
      for (Index k = 0; k < depth; ++k)
        sum = fma(a.data[i * a.row + k * a.column], b.data[k * b.row + j * b.column], sum);
      c[i * columns + j] = sum;
    }
}

/// u[p][c, o] = G w G^T
template <class T>
void plain_filters(const PlainTiles<T>& t, const Scalar* w, Scalar* u) {
  for (Index o = 0; o < t.s.outputs; ++o)
    for (Index c = 0; c < t.s.channels; ++c)
      transform<T::kFilter, Scalar>(
          [&](Index i, Index j) { return w[(o * t.s.channels + c) * 9 + i * 3 + j]; },
          [&](Index i, Index j, Scalar number) {
            u[((i * T::kPoints + j) * t.s.channels + c) * t.s.outputs + o] = number;
          });
}

template <class T>
void plain_forward(const PlainTiles<T>& t, const Images& x, const Scalar* u, const Scalar* bias,
                   const Images& shape_of_y, Scalar* y, Scalar* v, Scalar* m) {
  const Index c = t.s.channels, o = t.s.outputs;
  plain_in<T::kInput>(t, x, T::kStep, t.s.padding, v);
  for (Index p = 0; p < t.kAll; ++p)
    plain_product({v + p * t.count() * c, c, 1}, {u + p * c * o, o, 1}, m + p * t.count() * o, t.count(), c,
                  o);
  plain_out<T::kOutput>(t, shape_of_y, T::kTile, 0, m, [&](Index place, Index channel, Scalar number) {
    y[place] = number + bias[channel];
  });
}

/// scratch: dm, then dv or du
template <class T>
void plain_backward(const PlainTiles<T>& t, const Images& shape_of_x, const Scalar* u, const Images& dy,
                    Scalar* dx, Scalar* dw, const Scalar* v, Scalar* dm) {
  const Index c = t.s.channels, o = t.s.outputs, tiles = t.count();
  Scalar* const block = dm + t.kAll * tiles * o;
  plain_in<T::kOutputBack>(t, dy, T::kTile, 0, dm);
  if (dw != nullptr) {
    for (Index p = 0; p < t.kAll; ++p)
      plain_product({v + p * tiles * c, 1, c}, {dm + p * tiles * o, o, 1}, block + p * c * o, c, tiles, o);
    for (Index i_o = 0; i_o < o; ++i_o)
      for (Index i_c = 0; i_c < c; ++i_c)
        transform<T::kFilterBack, Scalar>(
            [&](Index i, Index j) { return block[((i * T::kPoints + j) * c + i_c) * o + i_o]; },
            [&](Index i, Index j, Scalar number) { dw[(i_o * c + i_c) * 9 + i * 3 + j] += number; });
  }
  if (dx != nullptr) {
    for (Index p = 0; p < t.kAll; ++p)
      plain_product({dm + p * tiles * o, o, 1}, {u + p * c * o, 1, o}, block + p * tiles * c, tiles, o, c);
    plain_out<T::kInputBack>(t, shape_of_x, T::kStep, t.s.padding, block,
                             [&](Index place, Index, Scalar number) { dx[place] += number; });
  }
}

// The five functions of the table.

Index filters_size(const Convolution& s) {
  const Index pairs = s.channels * s.outputs;
  return s.tile == 0 ? pairs * s.kernel_height * s.kernel_width
                     : with_tiling(s, [&](auto t) { return pairs * t.kPoints * t.kPoints; });
}

Index kept_size(const Convolution& s, Index images) {
  if (s.tile == 0) return 0;
  return with_tiling(s, [&](auto t) {
    return PlainTiles<decltype(t)>{s, images}.count() * s.channels * t.kPoints * t.kPoints;
  });
}

Index scratch_size(const Convolution& s, Index images) {
  if (s.tile == 0) return 0;
  return with_tiling(s, [&](auto t) {
    const Index tiles = PlainTiles<decltype(t)>{s, images}.count();
    const Index block = tiles > s.outputs ? tiles * s.channels : s.outputs * s.channels;
    return (tiles * s.outputs + block) * t.kPoints * t.kPoints;
  });
}

void prepare_filters(const Convolution& s, const Scalar* w, bool, Scalar* filters, int part, int) {
  if (part != 0) return;
  if (s.tile == 0)
    for (Index i = 0; i < filters_size(s); ++i) filters[i] = w[i];
  else
    with_tiling(s, [&](auto t) { plain_filters(PlainTiles<decltype(t)>{s, 1}, w, filters); });
}

Images images_of_x(const Convolution& s, const Scalar* x) { return {x, s.height, s.width, s.channels}; }
Images images_of_y(const Convolution& s, const Scalar* y) {
  return {y, s.out_height, s.out_width, s.outputs};
}

void convolve(const Convolution& s, Index images, const Scalar* x, const Scalar* filters, const Scalar* bias,
              Scalar* y, Scalar* kept, Scalar* scratch) {
  if (s.tile == 0) return convolve_term_by_term(s, images, images_of_x(s, x), filters, bias, y);
  with_tiling(s, [&](auto t) {
    plain_forward(PlainTiles<decltype(t)>{s, images}, images_of_x(s, x), filters, bias, images_of_y(s, y), y,
                  kept, scratch);
  });
}

void convolve_back(const Convolution& s, Index images, const Scalar* x, const Scalar* filters,
                   const Scalar* dy, Scalar* dx, Scalar* dw, const Scalar* kept, Scalar* scratch) {
  if (s.tile == 0) {
    if (dw != nullptr) filter_gradient_term_by_term(s, images, images_of_x(s, x), images_of_y(s, dy), dw);
    if (dx != nullptr) input_gradient_term_by_term(s, images, filters, images_of_y(s, dy), dx);
    return;
  }
  with_tiling(s, [&](auto t) {
    plain_backward(PlainTiles<decltype(t)>{s, images}, images_of_x(s, dx), filters, images_of_y(s, dy), dx,
                   dw, kept, scratch);
  });
}

}  // namespace
}  // namespace sand::kernels
