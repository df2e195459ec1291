// Numbers for tests of kernels: drawn by seed, compared bit by bit.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "tensor/random.h"
#include "tensor/scalar.h"

namespace sand::testing {

inline std::vector<Scalar> random_numbers(Index count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Scalar> numbers(static_cast<std::size_t>(count));
  for (Scalar& number : numbers) number = static_cast<Scalar>(random.normal());
  return numbers;
}

/// Compares bits, not values: NaN equals itself and -0 differs from 0.
template <class Number>
bool same_bits(const std::vector<Number>& a, const std::vector<Number>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Number)) == 0;
}

}  // namespace sand::testing
