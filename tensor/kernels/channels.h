// Lab sheet: passes over an image, channels last, for one instruction set (see multiply.h).
//
//     pixel 0  [ c0 c1 c2 ... ]     Sums run down the pixels in double, each channel in its own lane.
//     pixel 1  [ c0 c1 c2 ... ]     2 * kLanes channels at a time stay in registers, so the image is read
//                                   once, at the speed of the cache.
//
// The order of a sum does not depend on the lanes, so every table gives the same bits.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"
#include "tensor/kernels/multiply.h"

namespace sand::kernels {
namespace {

constexpr Index kDoubles = VECTOR_BYTES / sizeof(double);
typedef Scalar Narrow
    __attribute__((vector_size(kDoubles * sizeof(Scalar)), aligned(sizeof(Scalar)), may_alias));

Doubles widened(const Scalar* from) {
  return __builtin_convertvector(*reinterpret_cast<const Narrow*>(from), Doubles);
}

enum class Products { none, squares, of_both };

template <Products P, int Vectors>
void sum_block(const Scalar* a, const Scalar* b, Index pixels, Index channels, double* sum, double* product) {
  Doubles of_a[Vectors] = {}, of_ab[Vectors] = {};
  for (Index pixel = 0; pixel < pixels; ++pixel, a += channels, b += channels)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      const Doubles x = widened(a + v * kDoubles);
      of_a[v] += x;
      if constexpr (P == Products::squares) of_ab[v] = fma(x, x, of_ab[v]);
      if constexpr (P == Products::of_both) of_ab[v] = fma(x, widened(b + v * kDoubles), of_ab[v]);
    }
  for (int v = 0; v < Vectors; ++v)
    for (Index i = 0; i < kDoubles; ++i) {
      sum[v * kDoubles + i] = of_a[v][i];
      if constexpr (P != Products::none) product[v * kDoubles + i] = of_ab[v][i];
    }
}

template <Products P>
void sums(const Scalar* a, const Scalar* b, Index pixels, Index channels, double* sum, double* product) {
  constexpr int kWide = 4;
  Index c = 0;
  for (; c + kWide * kDoubles <= channels; c += kWide * kDoubles)
    sum_block<P, kWide>(a + c, b + c, pixels, channels, sum + c, product + c);
  for (; c + kDoubles <= channels; c += kDoubles)
    sum_block<P, 1>(a + c, b + c, pixels, channels, sum + c, product + c);
  for (; c < channels; ++c) {
    double of_a = 0, of_ab = 0;
    for (Index pixel = 0; pixel < pixels; ++pixel) {
      of_a += a[pixel * channels + c];
      if constexpr (P != Products::none)
        of_ab = fma(double{a[pixel * channels + c]}, double{b[pixel * channels + c]}, of_ab);
    }
    sum[c] = of_a;
    if constexpr (P != Products::none) product[c] = of_ab;
  }
}

void channel_sums(const Scalar* a, const Scalar* b, Index pixels, Index channels, double* sum,
                  double* product) {
  if (b == nullptr) return sums<Products::none>(a, a, pixels, channels, sum, sum);
  if (b == a) return sums<Products::squares>(a, a, pixels, channels, sum, product);
  sums<Products::of_both>(a, b, pixels, channels, sum, product);
}

void scale_channels(const Scalar* x, Index pixels, Index channels, const Scalar* scale, const Scalar* shift,
                    Scalar* y) {
  for (Index pixel = 0; pixel < pixels; ++pixel, x += channels, y += channels)
    for (Index c = 0; c < channels; ++c) y[c] = fma(x[c], scale[c], shift[c]);
}

void add_scaled_channels(const Scalar* a, const Scalar* a_scale, const Scalar* b, const Scalar* b_scale,
                         Index pixels, Index channels, const Scalar* shift, Scalar* y) {
  if (y == a) {
    for (Index pixel = 0; pixel < pixels; ++pixel, b += channels, y += channels)
      for (Index c = 0; c < channels; ++c) y[c] = fma(y[c], a_scale[c], fma(b[c], b_scale[c], shift[c]));
    return;
  }
  for (Index pixel = 0; pixel < pixels; ++pixel, a += channels, b += channels, y += channels)
    for (Index c = 0; c < channels; ++c) y[c] += fma(a[c], a_scale[c], fma(b[c], b_scale[c], shift[c]));
}

}  // namespace
}  // namespace sand::kernels
