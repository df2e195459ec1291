// The sum of many numbers, as used all over this project: eight running sums in double, number i into sum i
// mod 8, then added as a fixed tree. The order depends on the count alone, and the loop vectorizes.
#pragma once

#include <span>

#include "tensor/scalar.h"

namespace sand {

/// term(0) + ... + term(count - 1), a double each.
template <class Term>
double sum_terms(Index count, const Term& term) {
  constexpr Index kLanes = 8;
  double lane[kLanes] = {};
  const Index whole = count / kLanes * kLanes;
  for (Index i = 0; i < whole; i += kLanes)
    for (Index j = 0; j < kLanes; ++j) lane[j] += term(i + j);
  for (Index i = whole; i < count; ++i) lane[i - whole] += term(i);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

template <class Number>
double sum(std::span<const Number> numbers) {
  const Number* const data = numbers.data();
  return sum_terms(static_cast<Index>(numbers.size()), [=](Index i) { return static_cast<double>(data[i]); });
}

}  // namespace sand
