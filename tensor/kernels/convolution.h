// The shape of a convolution, and how it is computed: what decides bits is decided by sizes alone, not by the
// machine.
#pragma once

#include "tensor/kernels/kernels.h"
#include "tensor/shape.h"

namespace sand::kernels {

enum class ConvolutionMethod {
  direct,    ///< always term by term
  winograd,  ///< in tiles where that saves products (3 x 3, stride 1 or 2, many channels), else term by term
};

/// x [n, h, w, c] and w [out, c, kh, kw], whose shapes must fit (autograd/ops/conv2d.h checks them). Tiles
/// are 2, 4 or 5 outputs wide with stride 1, 4, 5 or 7 with stride 2: those that cost least, the smaller of
/// equals, since errors grow with the tile.
Convolution convolution(const Shape& x, const Shape& w, Index stride, Index padding,
                        ConvolutionMethod method);

}  // namespace sand::kernels
