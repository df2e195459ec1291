#include "optim/combiners/and_mask.h"

#include <doctest/doctest.h>

#include <limits>

#include "optim/combiners/mean_gradient.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("AND keeps the mean where at least tau of the signs agree") {
  AndMask mask({.tau = 0.5, .rescale = false});
  const Direction& direction =
      mask.combine(table_of({{1, 1, 1, 1}, {2, 2, 2, 0}, {3, 3, -3, 0}, {6, -2, -8, 0}}));
  CHECK(direction.mask[0] == 1);
  CHECK(direction.mask[1] == 1);  // 3 against 1: s = 0.5
  CHECK(direction.mask[2] == 0);
  CHECK(direction.mask[3] == 0);  // three abstain: s = 0.25
  CHECK(direction.values[0] == 3);
  CHECK(direction.values[1] == 1);
  CHECK(direction.values[2] == 0);
}

TEST_CASE("AND with tau = 0 is plain averaging") {
  Random random(2);
  const GradientTable table = random_table({300}, 5, 1, random);
  AndMask mask({.tau = 0, .rescale = false});
  MeanGradient mean;
  CHECK(same_bits(mask.combine(table).values, mean.combine(table).values));
}

TEST_CASE("A tau outside 0 .. 1 is refused") {
  CHECK_THROWS_WITH_AS(AndMask({.tau = 1.5}),
                       "ANDMask: tau must be in [0, 1]\n"
                       "    found 1.5\n"
                       "    hint: tau is compared with the agreement of the domains, 0 (none) to 1 (all)",
                       Error);
  CHECK_THROWS_AS(AndMask({.tau = std::numeric_limits<double>::quiet_NaN()}), Error);
}

TEST_CASE("AND needs two domains") { CHECK_THROWS_AS(AndMask().combine(table_of({{1}})), Error); }
