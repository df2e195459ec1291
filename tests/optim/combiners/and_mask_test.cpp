#include "optim/combiners/and_mask.h"
#include "optim/combiners/geometric_mean.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/combiners/mean_gradient.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("The mean of the gradients closes nothing") {
  MeanGradient mean;
  const Direction& direction = mean.combine(table_of({{1, -2, 0}, {2, 1, 0}, {6, -2, 0}}));
  CHECK(direction.values[0] == 3);
  CHECK(direction.values[1] == -1);
  CHECK(direction.values[2] == 0);
  CHECK((direction.mask.array() == 1).all());
}

TEST_CASE("The mean of one domain is that domain") {
  Random random(1);
  const GradientTable table = random_table({1000}, 1, 1, random);
  MeanGradient mean;
  CHECK(same_bits(mean.combine(table).values, table.gradient(0, table.slots()[0])));
}

TEST_CASE("Every column of every slot is reached") {
  Parameters parameters;
  parameters.add("long", {9000});
  parameters.add("none", {0});
  parameters.add("one", {1});
  GradientTable table(parameters.slots(), 2);
  for (int e = 0; e < 2; ++e) std::fill(table.row(e).begin(), table.row(e).end(), Scalar{3});
  for (const int threads : {1, 3}) {
    MeanGradient mean;
    CHECK((mean.combine(table, Threads(threads)).values.array() == 3).all());
  }
}

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

TEST_CASE("The geometric mean of equal signs is the root of the product of magnitudes") {
  GeometricMean mean({.tau = 1, .rescale = false});
  const Direction& direction = mean.combine(table_of({{2, -2, 1, 0}, {4, -4, -1, 0}, {27, -27, 1, 0}}));
  CHECK(direction.values[0] == doctest::Approx(6));
  CHECK(direction.values[1] == doctest::Approx(-6));
  CHECK(direction.values[2] == 0);
  CHECK(direction.values[3] == 0);
}

TEST_CASE("A mean of zero has no sign, and its geometric mean is zero") {
  GeometricMean mean({.tau = 0, .rescale = false});
  CHECK(mean.combine(table_of({{1.0}, {-1.0}})).values[0] == 0);
}

TEST_CASE("A domain with gradient 0 enters the geometric mean as 1e-10") {
  GeometricMean mean({.tau = 0, .rescale = false});
  CHECK(mean.combine(table_of({{1.0}, {0.0}})).values[0] == doctest::Approx(1e-5).scale(0));
}

TEST_CASE("A NaN in one domain makes the direction NaN, for every method") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::vector<double>& column :
       {std::vector<double>{nan, 1, 1}, std::vector<double>{1, -1, nan}}) {
    const GradientTable table = table_of({{column[0]}, {column[1]}, {column[2]}});
    CHECK(std::isnan(MeanGradient().combine(table).values[0]));
    CHECK(std::isnan(AndMask({.tau = 1}).combine(table).values[0]));
    CHECK(std::isnan(GeometricMean({.tau = 1}).combine(table).values[0]));
  }
}

TEST_CASE("A tau outside 0 .. 1 is refused") {
  CHECK_THROWS_WITH_AS(AndMask({.tau = 1.5}),
                       "ANDMask: tau must be in [0, 1]\n"
                       "    found 1.5\n"
                       "    hint: tau is compared with the agreement of the domains, 0 (none) to 1 (all)",
                       Error);
  CHECK_THROWS_AS(AndMask({.tau = std::numeric_limits<double>::quiet_NaN()}), Error);
  CHECK_THROWS_AS(GeometricMean({.tau = -0.1}), Error);
}

TEST_CASE("AND and the geometric mean need two domains") {
  CHECK_THROWS_AS(AndMask().combine(table_of({{1}})), Error);
  CHECK_THROWS_AS(GeometricMean().combine(table_of({{1}})), Error);
}
