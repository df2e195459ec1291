#include "tensor/finite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <type_traits>

#include "tensor/error.h"

namespace sand {

bool all_finite(std::span<const Scalar> numbers) {
  // Without their signs and read as integers, numbers are in order of size: the finite ones, infinity, NaN. A
  // maximum of integers without early exit vectorizes.
  using Bits = std::conditional_t<sizeof(Scalar) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
  Bits largest = 0;
  for (const Scalar number : numbers)
    largest = std::max(largest, std::bit_cast<Bits>(number) & std::numeric_limits<Bits>::max() >> 1);
  return largest < std::bit_cast<Bits>(std::numeric_limits<Scalar>::infinity());
}

std::string range_text(std::span<const Scalar> numbers) {
  constexpr Scalar infinity = std::numeric_limits<Scalar>::infinity();
  Scalar smallest = infinity, largest = -infinity;
  std::size_t nan = 0, infinite = 0;
  for (const Scalar number : numbers) {
    nan += std::isnan(number);
    infinite += std::isinf(number);
    if (!std::isfinite(number)) continue;
    smallest = std::min(smallest, number);
    largest = std::max(largest, number);
  }
  std::string text = std::to_string(numbers.size()) + (numbers.size() == 1 ? " number" : " numbers");
  char range[64];
  std::snprintf(range, sizeof range, " from %.6g to %.6g", static_cast<double>(smallest),
                static_cast<double>(largest));
  if (smallest <= largest) text += range;
  if (nan > 0) text += ", " + std::to_string(nan) + " NaN";
  if (infinite > 0) text += ", " + std::to_string(infinite) + " infinite";
  return text;
}

void check_finite(std::span<const Scalar> numbers, const std::string& what) {
  check(all_finite(numbers),
        [&] { return Error(Fault::non_finite, what + " is not finite").fact("found", range_text(numbers)); });
}

}  // namespace sand
