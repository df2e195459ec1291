// Convolution as plain loops, then as the same loops in a faster order: for readers who learn how a
// convolution becomes fast. The next steps are direct.h and winograd.h; README.md in this directory explains
// all of them.
#pragma once

#include "tensor/kernels/kernels.h"

namespace sand::kernels {

/// y = bias + x * w as in the formula, one output after the other. Layouts as in kernels.h; w is [out, c, kh,
/// kw].
void convolve_naively(const Convolution& shape, Index images, const Scalar* x, const Scalar* w,
                      const Scalar* bias, Scalar* y);

/// The same with the loop over outputs innermost, so that it reads and writes adjacent numbers and
/// vectorizes. `turned` is w as [kh, kw, c, out].
void convolve_in_order(const Convolution& shape, Index images, const Scalar* x, const Scalar* turned,
                       const Scalar* bias, Scalar* y);

}  // namespace sand::kernels
