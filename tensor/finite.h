// Whether numbers are finite, and what there is to say of them when they are not.
#pragma once

#include <span>
#include <string>

#include "tensor/scalar.h"

namespace sand {

/// Whether there is neither NaN nor infinity: cheap enough to ask of every weight in every step.
bool all_finite(std::span<const Scalar> numbers);

/// "128 numbers from -1.5 to 3e+38, 2 NaN, 1 infinite": the smallest and the largest of those that are
/// finite.
std::string range_text(std::span<const Scalar> numbers);

/// Throws Error(non_finite) unless all are finite; `what` begins the message: "step 12: a weight".
void check_finite(std::span<const Scalar> numbers, const std::string& what);

}  // namespace sand
