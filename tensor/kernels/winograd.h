// Lab sheet: 3 x 3 convolution in tiles, by Winograd's algorithm, for one instruction set.
//
// Each tile of outputs is a two-dimensional product of polynomials, evaluated at P points:
//
//     forward    V = B^T x B   of every tile and channel       backward: the transposed steps, in reverse
//                M_p = V_p U_p for each point p, channels        dM = A dy A^T
//                      summed: P products of matrices            dV_p = dM_p U_p^T,  dU_p = V_p^T dM_p
//                y = A^T M A + bias                              dx += B dV B^T,     dw += G^T dU G
//     U = G w G^T once per step.
//
// V and dM [p][tile, channel] have the layout of a packed right-hand operand; as a left-hand operand the same
// numbers are read in runs of kWidth. So one copy serves both products that use it. A tile of 5 x 5 outputs
// takes 49 products instead of 225; one of 7 x 7 with stride 2, 225 instead of 441. U_p and dU_p limit the
// gain, since they are read and written even for few images; from 4 images of 14 x 14 on this hardly matters.
// dU never leaves L2: kWidth x kWidth of it, for all points, are computed and transformed into dw at once. V
// and dM of each point are read into L1 once for their few register tiles. The next operands are prefetched;
// if U comes from a slow L3, this saves a seventh of a step.
#pragma once

#include "tensor/kernels/direct.h"
#include "tensor/kernels/kernels.h"
#include "tensor/kernels/multiply.h"
#include "tensor/kernels/winograd_transforms.h"

namespace sand::kernels {
namespace {

constexpr Index kApart =
    64 / sizeof(Scalar);  // distance between points, so that they do not fall into the same cache sets

/// The layout of the tiles of all images, and the sizes of the blocks of one point.
template <class T>
struct Tiles {
  explicit Tiles(const Convolution& shape, Index image_count)
      : s(shape),
        images(image_count),
        down((s.out_height + T::kTile - 1) / T::kTile),
        across((s.out_width + T::kTile - 1) / T::kTile),
        count(images * down * across),
        v_point(packed_size(count, s.channels) + kApart),
        dm_point(packed_size(count, s.outputs) + kApart),
        product_point(s.at_once * (s.outputs > s.channels ? s.outputs : s.channels) + kApart),
        u_point(packed_size(s.channels, s.outputs) + kApart),
        u_back_point(packed_size(s.outputs, s.channels) + kApart) {}

  /// Calls body(tile, image, row of tiles, column of tiles) for tiles `first` to `end` - 1.
  template <class Body>
  void each(Index first, Index end, const Body& body) const {
    for (Index tile = first; tile < end; ++tile)
      body(tile, tile / (down * across), tile / across % down, tile % across);
  }

  /// Left-hand operand [count, channels] stored as a packed right-hand one.
  Strided left(const Scalar* packed) const { return {packed, kWidth, 1, kWidth, kWidth * count}; }
  Index place(Index tile, Index channel) const {
    return channel / kWidth * kWidth * count + tile * kWidth + channel % kWidth;
  }

  static constexpr Index kAll = T::kPoints * T::kPoints;
  // dU of one point: a block of channels by a panel of outputs
  static constexpr Index kBlock = kWidth * kWidth + kApart;
  Convolution s;
  Index images, down, across, count;
  Index v_point, dm_point, product_point, u_point, u_back_point;  // numbers from one point to the next
};

Vector load(const Scalar* from, Index count) {
  if (count >= kLanes) return *reinterpret_cast<const Unaligned*>(from);
  Vector x{};
  for (Index i = 0; i < count; ++i) x[i] = from[i];
  return x;
}

void store(Scalar* to, Index count, Vector x) {
  if (count >= kLanes) {
    *reinterpret_cast<Unaligned*>(to) = x;
  } else {
    for (Index i = 0; i < count; ++i) to[i] = x[i];
  }
}

Vector gather(const Scalar* from, Index stride, Index count) {
  Vector x{};
  for (Index i = 0; i < count && i < kLanes; ++i) x[i] = from[i * stride];
  return x;
}

/// A window of an image [h, w, channels] that may extend beyond the image.
template <class Number>
struct Window {
  Number* image;
  Index height, width, channels;
  Index top, left;
  bool holds(Index i, Index j) const {
    return top + i >= 0 && top + i < height && left + j >= 0 && left + j < width;
  }
  Number* at(Index i, Index j) const { return image + ((top + i) * width + left + j) * channels; }
};

template <class Number>
Window<Number> window_of_x(const Convolution& s, Number* x, Index image, Index top, Index left) {
  return {x + image * s.height * s.width * s.channels,
          s.height,
          s.width,
          s.channels,
          top - s.padding,
          left - s.padding};
}

template <class Number>
Window<Number> window_of_y(const Convolution& s, Number* y, Index image, Index top, Index left) {
  return {
      y + image * s.out_height * s.out_width * s.outputs, s.out_height, s.out_width, s.outputs, top, left};
}

/// V = B^T x B, or dM = A dy A^T with another F: writes every tile of the windows, with zeros outside the
/// image, to `to` [p][tile, channel], packed.
template <const Factored& F, class T, class WindowOf>
void transform_in(const Tiles<T>& t, Index first, Index end, Index channels, Index point,
                  const WindowOf& window_of, Scalar* to) {
  t.each(first, end, [&](Index tile, Index image, Index i_tile, Index j_tile) {
    const Window<const Scalar> window = window_of(image, i_tile, j_tile);
    for (Index c = 0; c < channels; c += kLanes) {
      const Index count = channels - c;
      Scalar* const place = to + t.place(tile, c);
      transform<F, Vector>(
          [&](Index i, Index j) { return window.holds(i, j) ? load(window.at(i, j) + c, count) : Vector{}; },
          [&](Index i, Index j, Vector number) {
            store(place + (i * T::kPoints + j) * point, kLanes, number);
          });
    }
  });
}

/// y = A^T M A, or dx = B dV B^T with another F: reads tiles `first` to `end` - 1 from `from` [p][tile -
/// first, channel] and passes the results to put(window, i, j, channel, numbers).
template <const Factored& F, class T, class WindowOf, class Put>
void transform_out(const Tiles<T>& t, Index first, Index end, Index channels, Index point, const Scalar* from,
                   const WindowOf& window_of, const Put& put) {
  t.each(first, end, [&](Index tile, Index image, Index i_tile, Index j_tile) {
    const Window<Scalar> window = window_of(image, i_tile, j_tile);
    for (Index c = 0; c < channels; c += kLanes) {
      const Scalar* const place = from + (tile - first) * channels + c;
      transform<F, Vector>(
          [&](Index i, Index j) { return load(place + (i * T::kPoints + j) * point, channels - c); },
          [&](Index i, Index j, Vector number) {
            if (window.holds(i, j)) put(window.at(i, j) + c, c, number);
          });
    }
  });
}

/// Calls body(first, end) for a few tiles at a time, so that the output of one step is still in L2 for the
/// next step.
template <class T, class Body>
void each_part(const Tiles<T>& t, const Body& body) {
  const Index parts = (t.count + t.s.at_once - 1) / t.s.at_once;
  for (Index part = 0; part < parts; ++part) body(part * t.count / parts, (part + 1) * t.count / parts);
}

/// For every point: product [tile - first, columns] = left right, both packed.
template <class T>
void multiply_points(const Tiles<T>& t, Index first, Index end, const Scalar* left, Index left_point,
                     Index depth, const Scalar* right, Index right_point, Index columns, Scalar* product,
                     Index product_point) {
  for (Index p = 0; p < t.kAll; ++p)
    multiply(t.left(left + p * left_point + first * kWidth), right + p * right_point,
             product + p * product_point, columns, end - first, depth, columns, Start::zero);
}

template <class T>
void prepare_filters_in_tiles(const Tiles<T>& t, const Scalar* w, bool back, Scalar* u, int part, int parts) {
  const Index channels = t.s.channels, outputs = t.s.outputs;
  Scalar* const u_back = u + t.kAll * t.u_point;
  for (Index c = part; c < channels; c += parts)
    for (Index o = 0; o < outputs; o += kLanes)
      transform<T::kFilter, Vector>(
          [&](Index i, Index j) {
            return gather(w + (o * channels + c) * 9 + i * 3 + j, channels * 9, outputs - o);
          },
          [&](Index i, Index j, Vector number) {
            store(u + (i * T::kPoints + j) * t.u_point + o / kWidth * kWidth * channels + c * kWidth +
                      o % kWidth,
                  kLanes, number);
          });
  if (!back) return;
  for (Index o = part; o < outputs; o += parts)
    for (Index c = 0; c < channels; c += kLanes)
      transform<T::kFilter, Vector>(
          [&](Index i, Index j) { return gather(w + (o * channels + c) * 9 + i * 3 + j, 9, channels - c); },
          [&](Index i, Index j, Vector number) {
            store(u_back + (i * T::kPoints + j) * t.u_back_point + c / kWidth * kWidth * outputs +
                      o * kWidth + c % kWidth,
                  kLanes, number);
          });
}

template <class T>
void convolve_in_tiles(const Tiles<T>& t, const Scalar* x, const Scalar* u, const Scalar* bias, Scalar* y,
                       Scalar* v, Scalar* m) {
  const Convolution& s = t.s;
  const Index point = s.at_once * s.outputs + kApart;
  each_part(t, [&](Index first, Index end) {
    transform_in<T::kInput>(
        t, first, end, s.channels, t.v_point,
        [&](Index image, Index i, Index j) { return window_of_x(s, x, image, i * T::kStep, j * T::kStep); },
        v);
    multiply_points(t, first, end, v, t.v_point, s.channels, u, t.u_point, s.outputs, m, point);
    transform_out<T::kOutput>(
        t, first, end, s.outputs, point, m,
        [&](Index image, Index i, Index j) { return window_of_y(s, y, image, i * T::kTile, j * T::kTile); },
        [&](Scalar* to, Index o, Vector number) {
          store(to, s.outputs - o, number + load(bias + o, s.outputs - o));
        });
  });
}

/// dw += G^T (V^T dM) G, block by block: all points of kWidth channels by kWidth outputs at a time.
template <class T>
void filter_gradient_in_tiles(const Tiles<T>& t, const Scalar* v, const Scalar* dm, Scalar* dw,
                              Scalar* block) {
  const Convolution& s = t.s;
  Scalar taps[kWidth * 9 * kWidth];
  for (Index o = 0; o < s.outputs; o += kWidth) {
    const Index width = s.outputs - o < kWidth ? s.outputs - o : kWidth;
    for (Index c = 0; c < s.channels; c += kWidth) {
      const Index height = s.channels - c < kWidth ? s.channels - c : kWidth;
      const Index blocks = (height + kTileRows - 1) / kTileRows;
      for (Index p = 0; p < t.kAll; ++p)
        for (Index b = 0; b < blocks; ++b) {
          const Index first = b * height / blocks, rows = (b + 1) * height / blocks - first;
          const Tile product = width > kLanes ? tile_of<2>(rows) : tile_of<1>(rows);
          // The tiles take turns to prefetch V and dM of the next point.
          const Scalar *const left = v + p * t.v_point + t.place(0, c), *const right = dm + p * t.dm_point +
                                                                                       t.place(0, o);
          const Scalar* const next = (b % 2 == 0 ? right + t.dm_point : left + t.v_point) + b / 2 * kLanes;
          product({left + first, 1, kWidth}, right, block + p * t.kBlock + first * kWidth, kWidth, t.count,
                  Start::zero, {next, kWidth});
        }
      for (Index row = 0; row < height; ++row)
        for (Index lane = 0; lane < width; lane += kLanes)
          transform<T::kFilterBack, Vector>(
              [&](Index i, Index j) {
                return load(block + (i * T::kPoints + j) * t.kBlock + row * kWidth + lane, kLanes);
              },
              [&](Index i, Index j, Vector number) {
                store(taps + (row * 9 + i * 3 + j) * kWidth + lane, kLanes, number);
              });
      add_taps(taps, kWidth, height * 9, width, dw + (o * s.channels + c) * 9, s.channels * 9);
    }
  }
}

template <class T>
void convolve_back_in_tiles(const Tiles<T>& t, const Scalar* u, const Scalar* dy, Scalar* dx, Scalar* dw,
                            const Scalar* v, Scalar* dm) {
  const Convolution& s = t.s;
  Scalar* const dv = dm + t.kAll * t.dm_point;  // dv and a block of dU share memory
  const Scalar* const u_back = u + t.kAll * t.u_point;
  const Index point = s.at_once * s.channels + kApart;
  each_part(t, [&](Index first, Index end) {
    transform_in<T::kOutputBack>(
        t, first, end, s.outputs, t.dm_point,
        [&](Index image, Index i, Index j) { return window_of_y(s, dy, image, i * T::kTile, j * T::kTile); },
        dm);
    if (dx == nullptr) return;
    multiply_points(t, first, end, dm, t.dm_point, s.outputs, u_back, t.u_back_point, s.channels, dv, point);
    transform_out<T::kInputBack>(
        t, first, end, s.channels, point, dv,
        [&](Index image, Index i, Index j) { return window_of_x(s, dx, image, i * T::kStep, j * T::kStep); },
        [&](Scalar* to, Index c, Vector number) {
          store(to, s.channels - c, load(to, s.channels - c) + number);
        });
  });
  if (dw != nullptr) filter_gradient_in_tiles(t, v, dm, dw, dv);
}

}  // namespace
}  // namespace sand::kernels
