// How the digits of one collection are dealt to the domains of a data set: each goes to one domain, by
// chance.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/mnist.h"

namespace sand::domains {

/// The numbers 0 .. count - 1, shuffled under (seed, "shuf"), dealt in turn: hand h gets those in places h, h
/// + hands, ...
std::vector<std::vector<std::uint32_t>> deal(std::uint32_t count, int hands, std::uint64_t seed);

/// Throws Error(usage), beginning with `data_set`, unless there are at least 6 digits, each with its pixels.
void require_digits(const char* data_set, const Digits* digits);

}  // namespace sand::domains
