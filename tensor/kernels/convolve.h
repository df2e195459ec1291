// Convolutions for one instruction set: term by term or in tiles, depending on the shape.
#pragma once

#include "tensor/kernels/direct.h"
#include "tensor/kernels/kernels.h"
#include "tensor/kernels/winograd.h"

namespace sand::kernels {
namespace {

Index greater(Index a, Index b) { return a > b ? a : b; }

Index filters_size(const Convolution& s) {
  if (s.tile == 0) return direct_filters_size(s);
  return with_tiling(s, [&](auto tiling) {
    const Tiles<decltype(tiling)> t(s, 1);
    return t.kAll * (t.u_point + t.u_back_point);
  });
}

Index kept_size(const Convolution& s, Index images) {
  if (s.tile == 0) return 0;
  return with_tiling(s, [&](auto tiling) {
    const Tiles<decltype(tiling)> t(s, images);
    return t.kAll * t.v_point;
  });
}

Index scratch_size(const Convolution& s, Index images) {
  if (s.tile == 0) return direct_scratch_size(s);
  return with_tiling(s, [&](auto tiling) {
    const Tiles<decltype(tiling)> t(s, images);
    return t.kAll * (t.dm_point + greater(t.product_point, t.kBlock));
  });
}

void prepare_filters(const Convolution& s, const Scalar* w, bool back, Scalar* filters, int part, int parts) {
  if (s.tile == 0) return prepare_filters_directly(s, w, back, filters, part, parts);
  with_tiling(s, [&](auto tiling) {
    prepare_filters_in_tiles(Tiles<decltype(tiling)>(s, 1), w, back, filters, part, parts);
  });
}

void convolve(const Convolution& s, Index images, const Scalar* x, const Scalar* filters, const Scalar* bias,
              Scalar* y, Scalar* kept, Scalar* scratch) {
  if (s.tile == 0) return convolve_directly(s, images, x, filters, bias, y, scratch);
  with_tiling(s, [&](auto tiling) {
    convolve_in_tiles(Tiles<decltype(tiling)>(s, images), x, filters, bias, y, kept, scratch);
  });
}

void convolve_back(const Convolution& s, Index images, const Scalar* x, const Scalar* filters,
                   const Scalar* dy, Scalar* dx, Scalar* dw, const Scalar* kept, Scalar* scratch) {
  if (s.tile == 0) {
    if (dw != nullptr) filter_gradient_directly(s, images, x, dy, dw, scratch);
    if (dx != nullptr) input_gradient_directly(s, images, filters, dy, dx, scratch);
    return;
  }
  with_tiling(s, [&](auto tiling) {
    convolve_back_in_tiles(Tiles<decltype(tiling)>(s, images), filters, dy, dx, dw, kept, scratch);
  });
}

}  // namespace
}  // namespace sand::kernels
