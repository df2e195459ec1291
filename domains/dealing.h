// Deals the digits of one collection to the domains of a data set at random. Each digit goes to one domain.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/mnist.h"

namespace sand::domains {

/// Shuffles the numbers 0 .. count - 1 under (seed, "shuf") and deals them in turn: hand h gets the numbers
/// at positions h, h + hands, ...
std::vector<std::vector<std::uint32_t>> deal(std::uint32_t count, int hands, std::uint64_t seed);

/// Throws Error(usage) unless there are at least 6 digits, each with its pixels. The message begins with
/// `data_set`.
void require_digits(const char* data_set, const Digits* digits);

}  // namespace sand::domains
