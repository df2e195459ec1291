// Tasks with two inputs, whose whole decision a picture shows.
#pragma once

#include <cstdint>

#include "domains/domain.h"

namespace sand::domains {

struct ToyLineOptions {
  /// Turns both inputs by 45 degrees, so that no weight belongs to the shortcut alone.
  bool rotated = false;
  std::uint64_t seed = 0;
};

/// Two classes, y = 0 or 1, t = 2 y - 1, N ~ N(0, 1), after example 3 of the linear unit tests (Aubin et al.
/// 2021, arXiv 2102.10867): x = (0.5 t + 0.4 N, c_e t + 0.1 N). The first input tells the class in 89 % of
/// the examples of every domain. The second one gives it away in any one training domain, a shortcut: c_e is
/// a number in 0.5 .. 1.5, and its sign is - in every fourth training domain, in the test domain for half of
/// the examples. domains[0] is "test", domains[1] .. [8] are "env1" .. "env8", with 512 examples each. Random
/// numbers: Random(seed, "toys", domain). The name is "ToyLine" or "ToyLineRotated".
DataSet toy_line(const ToyLineOptions& options = {});

}  // namespace sand::domains
