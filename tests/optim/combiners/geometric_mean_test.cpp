#include "optim/combiners/geometric_mean.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

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

TEST_CASE("A geometric mean is between the least and the greatest magnitude, and has the sign of the mean") {
  Random random(4);
  for (const int domains : {2, 3, 16}) {
    const GradientTable table = random_table({400}, domains, 0.5, random);
    GeometricMean mean({.tau = 0, .rescale = false});
    const Direction& direction = mean.combine(table);
    for (std::size_t j = 0; j < 400; ++j) {
      double least = kInfinity, greatest = 0, sum = 0;
      for (int e = 0; e < domains; ++e) {
        const double g = table.row(e)[j];
        sum += g, least = std::min(least, std::fabs(g)), greatest = std::max(greatest, std::fabs(g));
      }
      const double found = direction.values[static_cast<Index>(j)];
      CHECK(std::fabs(found) >= least * (1 - kRounding));
      CHECK(std::fabs(found) <= (greatest + 1e-10) * (1 + kRounding));
      CHECK((found > 0) == (sum > 0));
    }
  }
}

TEST_CASE("The geometric mean refuses a tau outside 0 .. 1 and a single domain") {
  CHECK(error_of([] { GeometricMean({.tau = -0.1}); }) ==
        "GeometricMean: tau must be in [0, 1]\n"
        "    found -0.1\n"
        "    hint: tau is compared with the agreement of the domains, 0 (none) to 1 (all)");
  CHECK_THROWS_AS(GeometricMean().combine(table_of({{1}})), Error);
}
