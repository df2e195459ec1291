#include "optim/combiners/trimmed_mean.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "optim/combiners/mean_gradient.h"
#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("TrimmedMean leaves out the largest and the smallest gradient of every weight") {
  TrimmedMean mean;
  const Direction& direction = mean.combine(table_of({{1, -5, 3}, {2, 7, 3}, {30, 1, 3}, {4, 2, 3}}));
  CHECK(direction.values[0] == 3);
  CHECK(direction.values[1] == 1.5);
  CHECK(direction.values[2] == 3);
}

TEST_CASE(
    "TrimmedMean of sorted numbers is the mean of the middle, for every number of domains and of trims") {
  Random random(2);
  for (int domains = 1; domains <= 20; ++domains)
    for (int trim = 0; 2 * trim < domains; ++trim) {
      const GradientTable table = random_table({257}, domains, 1, random);
      TrimmedMean mean({.trim_number = static_cast<double>(trim)});
      const Direction& direction = mean.combine(table);
      for (std::size_t j = 0; j < 257; ++j) {
        std::vector<double> sorted;
        for (int e = 0; e < domains; ++e) sorted.push_back(table.row(e)[j]);
        std::sort(sorted.begin(), sorted.end());
        long double sum = 0, size = 0;
        for (int e = trim; e < domains - trim; ++e)
          sum += sorted[static_cast<std::size_t>(e)], size += std::fabs(sorted[static_cast<std::size_t>(e)]);
        const double kept = domains - 2 * trim;
        REQUIRE(std::fabs(static_cast<double>(direction.values[static_cast<Index>(j)] - sum / kept)) <=
                kRounding * std::fabs(static_cast<double>(sum / kept)) + 0x1p-44 * static_cast<double>(size));
      }
    }
}

TEST_CASE("TrimmedMean stays between the least and the greatest of the gradients that it keeps") {
  TrimmedMean mean;
  // A sum on the scale of the outlier would lose the others.
  CHECK(mean.combine(table_of({{1}, {2}, {3}, {1e30}})).values[0] == 2.5);
  CHECK(mean.combine(table_of({{1e-3}, {-1e30}, {3e-3}, {2e-3}})).values[0] == doctest::Approx(1.5e-3));
}

TEST_CASE("Without trims, TrimmedMean is the mean, to the bit") {
  Random random(3);
  const GradientTable table = random_table({1000}, 7, 1, random);
  MeanGradient mean;
  CHECK(same_bits(TrimmedMean({.trim_number = 0}).combine(table).values, mean.combine(table).values));
}

TEST_CASE("TrimmedMean refuses trims that are no whole number, and too few domains") {
  CHECK(error_of([] { TrimmedMean({.trim_number = 1.5}); }) ==
        "TrimmedMean: trim_number must be a whole number from 0 to 1000\n    found 1.5");
  CHECK_THROWS_AS(TrimmedMean({.trim_number = -1}), Error);
  CHECK_THROWS_AS(TrimmedMean({.trim_number = kNan}), Error);
  CHECK(error_of([] {
          TrimmedMean({.trim_number = 2}).combine(table_of({{1}, {2}, {3}, {4}}));
        }) == "TrimmedMean: fewer than 5 training domains\n    found 4");
}
