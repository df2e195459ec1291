// Checks that numbers are finite, and describes numbers that are not.
#pragma once

#include <span>
#include <string>

#include "tensor/scalar.h"

namespace sand {

/// Whether the numbers contain neither NaN nor infinity: cheap enough to check every weight in every step.
bool all_finite(std::span<const Scalar> numbers);

/// "128 numbers from -1.5 to 3e+38, 2 NaN, 1 infinite". The range is that of the finite numbers.
std::string range_text(std::span<const Scalar> numbers);

/// Throws Error(non_finite) unless all numbers are finite. The message begins with `what`, e.g. "step 12: a
/// weight".
void check_finite(std::span<const Scalar> numbers, const std::string& what);

}  // namespace sand
