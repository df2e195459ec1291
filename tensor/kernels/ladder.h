// The first two rungs of a ladder, for those who learn how a convolution becomes fast: plain loops, then the
// same loops in another order. The others are direct.h and winograd.h; README.md beside this file tells the
// whole explanation.
#pragma once

#include "tensor/kernels/kernels.h"

namespace sand::kernels {

/// y = bias + x * w as the formula reads, one output after the other. Layouts as in kernels.h; w is [out, c,
/// kh, kw].
void convolve_naively(const Convolution& shape, Index images, const Scalar* x, const Scalar* w,
                      const Scalar* bias, Scalar* y);

/// The same with the loop over outputs innermost, so that what it reads and writes lies side by side and
/// becomes vector code. `turned` is w as [kh, kw, c, out].
void convolve_in_order(const Convolution& shape, Index images, const Scalar* x, const Scalar* turned,
                       const Scalar* bias, Scalar* y);

}  // namespace sand::kernels
