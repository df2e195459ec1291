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
  // What is not finite, and nothing else, has all bits of the exponent set. Integers, and no way out of the loop: vector code.
  using Bits = std::conditional_t<sizeof(Scalar) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
  constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<Scalar>::infinity());
  Bits found = 0;
  for (const Scalar number : numbers) found |= Bits{(std::bit_cast<Bits>(number) & exponent) == exponent};
  return found == 0;
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
  std::snprintf(range, sizeof range, " from %.6g to %.6g", static_cast<double>(smallest), static_cast<double>(largest));
  if (smallest <= largest) text += range;
  if (nan > 0) text += ", " + std::to_string(nan) + " NaN";
  if (infinite > 0) text += ", " + std::to_string(infinite) + " infinite";
  return text;
}

void check_finite(std::span<const Scalar> numbers, const std::string& what) {
  check(all_finite(numbers), [&] { return Error(Fault::non_finite, what + " is not finite").fact("found", range_text(numbers)); });
}

}  // namespace sand
