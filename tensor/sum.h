// The sum of many numbers, as used all over this project: eight running sums in double, number i into sum i
// mod 8, then added as a fixed tree. The order depends on the count alone, and the loop vectorizes.
#pragma once

#include <span>

#include "tensor/scalar.h"

namespace sand {

template <class Number>
double sum(std::span<const Number> numbers) {
  constexpr std::size_t kLanes = 8;
  double lane[kLanes] = {};
  const std::size_t whole = numbers.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t j = 0; j < kLanes; ++j) lane[j] += static_cast<double>(numbers[i + j]);
  for (std::size_t i = whole; i < numbers.size(); ++i) lane[i - whole] += static_cast<double>(numbers[i]);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

}  // namespace sand
