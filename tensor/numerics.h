// The version of the arithmetic.
#pragma once

namespace sand {

inline constexpr int kNumericsVersion = 1;  ///< raised whenever the same settings give other bits

}  // namespace sand
