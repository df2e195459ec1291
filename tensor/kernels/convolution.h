// The shape of a convolution and the choice of its algorithm. The choice affects bits, so it depends only on
// sizes, not on the machine.
#pragma once

#include "tensor/kernels/kernels.h"
#include "tensor/shape.h"

namespace sand::kernels {

enum class ConvolutionMethod {
  direct,    ///< always term by term
  winograd,  ///< in tiles if that saves products (3 x 3, stride 1 or 2, many channels), else term by term
};

/// x [n, h, w, c] and w [out, c, kh, kw] must fit (autograd/ops/conv2d.h checks them). Tiles are 2, 4 or 5
/// outputs wide with stride 1, and 4, 5 or 7 with stride 2. Takes the cheapest size; of equally cheap ones
/// the smaller, since errors grow with the tile.
Convolution convolution(const Shape& x, const Shape& w, Index stride, Index padding,
                        ConvolutionMethod method);

}  // namespace sand::kernels
