// Sums with the same bits for every order of their terms: a sum over domains must not depend on their order.
// The terms are first rounded to a common grid, coarse enough that every partial sum is exact (Demmel and
// Nguyen 2013).
#pragma once

#include <bit>
#include <cstdint>

namespace sand::optim {

/// A grid for the sum of `terms` numbers of magnitude <= `bound`, given by the number c = 3 * 2^f with 2^f <=
/// terms * bound < 2^(f + 1). All c + x are between 2^(f + 1) and 2^(f + 2), where doubles are 2^(f - 51)
/// apart: this is the step of the grid, and sums of its multiples are exact up to 2^(f + 2). Rounding changes
/// a term by at most terms * bound * 2^-52. With 64 terms, it does not change floats within a factor of 2^20
/// of the largest. Two numbers need no grid, since x + y = y + x: then c = 0, which rounds nothing.
inline double grid(double bound, int terms) {
  constexpr std::uint64_t kExponent = 0x7ff0000000000000;
  const double power = std::bit_cast<double>(std::bit_cast<std::uint64_t>(bound * terms) & kExponent);
  return (terms <= 2 ? 0.0 : 3.0) * power;
}

/// The multiple of the grid's step nearest to x; NaN if x or the bound of the grid is not finite.
inline double on_grid(double x, double grid) { return (x + grid) - grid; }

}  // namespace sand::optim
