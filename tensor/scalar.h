// The number type of all tensors. The same sources build twice: float (sandgrad) and double (sandgrad64).
#pragma once

#include <cstddef>

namespace sand {

#ifdef SANDGRAD_DOUBLE
using Scalar = double;
#else
using Scalar = float;
#endif

/// Counts and positions of numbers; signed, so that differences are safe.
using Index = std::ptrdiff_t;

}  // namespace sand
