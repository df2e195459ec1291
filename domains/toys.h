// Tasks with two inputs, whose whole decision a picture shows. In every training domain one input gives the
// label away, each time in another way: a shortcut. The other one tells less, and tells it everywhere.
#pragma once

#include <cstdint>

#include "domains/domain.h"

namespace sand::domains {

// All have two classes. domains[0] is "test", where the shortcut tells nothing; domains[1] .. [8] are "env1"
// .. "env8". Each has 512 examples. Random numbers: Random(seed, "toys", domain).

struct ToyLineOptions {
  /// Turns both inputs by 45 degrees, so that no weight belongs to the shortcut alone.
  bool rotated = false;
  std::uint64_t seed = 0;
};

/// After example 3 of the linear unit tests (Aubin et al. 2021, arXiv 2102.10867): y = 0 or 1, t = 2 y - 1,
/// x = (0.5 t + 0.25 N, c_e t + 0.1 N) with N ~ N(0, 1). c_e is +1, -1, +1, ... times a number in 0.5 .. 1.5
/// in training domains; in the test domain each example draws its sign. "ToyLine", or "ToyLineRotated".
DataSet toy_line(const ToyLineOptions& options = {});

/// x = (c_e + 0.15 s_e t + 0.03 N, u), u uniform in -2 .. 2, and t = +1 where sin(pi u) > 0, else -1, flipped
/// with probability 0.1. The centres c_e of the domains are 0.5 apart from -1.75 to 1.75, s_e = +1 or -1: a
/// thin stripe of the first input gives all labels of a domain. In the test domain each example draws its
/// centre and sign.
DataSet toy_stripes(std::uint64_t seed = 0);

}  // namespace sand::domains
