#include "optim/combiners/agr_rand.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("AgrRand adds the gradients where all have one sign") {
  AgrRand combiner({.scale = 0.1});
  const Direction& direction = combiner.combine(table_of({{1, -1, 1, 1}, {2, -4, 2, 0}, {5, -1, -9, 2}}));
  CHECK(direction.values[0] == 8);
  CHECK(direction.values[1] == -6);
  for (const Index j : {2, 3}) {
    CHECK(direction.values[j] != 0);
    CHECK(std::fabs(direction.values[j]) < 0.7);  // 7 deviations
  }
  CHECK_FALSE(direction.has_mask());
}

TEST_CASE("With scale 0, AgrRand is 0 where the domains disagree") {
  AgrRand combiner({.scale = 0});
  CHECK(combiner.combine(table_of({{1}, {-2}})).values[0] == 0);
}

TEST_CASE("Where the domains disagree, AgrRand draws normal numbers of its scale, without correlation") {
  const Index columns = 1000, steps = 40;
  GradientTable table = table_of({std::vector<double>(columns, 1), std::vector<double>(columns, -1)});
  AgrRand combiner({.scale = 0.5});
  double sums[5] = {}, neighbours = 0, successors = 0;
  Eigen::VectorXd before = Eigen::VectorXd::Zero(columns);
  for (table.step = 0; table.step < steps; ++table.step) {
    const Eigen::VectorXd z = vector_of(combiner.combine(table).values) / 0.5;
    for (int power = 1; power <= 4; ++power) sums[power] += z.array().pow(power).sum();
    neighbours += z.head(columns - 1).dot(z.tail(columns - 1));
    successors += z.dot(before);
    before = z;
  }
  const double n = static_cast<double>(columns * steps), deviation = 1 / std::sqrt(n);
  CHECK(std::fabs(sums[1] / n) < 3 * deviation);
  CHECK(std::fabs(sums[2] / n - 1) < 3 * std::sqrt(2) * deviation);
  CHECK(std::fabs(sums[3] / n) < 3 * std::sqrt(15) * deviation);
  CHECK(std::fabs(sums[4] / n - 3) < 3 * std::sqrt(96) * deviation);
  CHECK(std::fabs(neighbours / n) < 3 * deviation);
  CHECK(std::fabs(successors / n) < 3 * deviation);
}

TEST_CASE("AgrRand draws the same numbers for the same seed and step, and others for others") {
  GradientTable table = table_of({{1, 1}, {-1, -1}});
  const auto drawn = [&](std::uint64_t seed, std::uint32_t step) {
    table.seed = seed, table.step = step;
    AgrRand combiner;
    return vector_of(combiner.combine(table).values);
  };
  CHECK(drawn(1, 2) == drawn(1, 2));
  CHECK(drawn(1, 2) != drawn(1, 3));
  CHECK(drawn(1, 2) != drawn(2, 2));
  CHECK(drawn(std::uint64_t{1} << 40, 2) != drawn(0, 2));
}

TEST_CASE("AgrRand refuses a scale that is negative or not finite, and a single domain") {
  CHECK(error_of([] { AgrRand({.scale = -1}); }) ==
        "AgrRand: scale must be a finite number of at least 0\n    found -1");
  CHECK_THROWS_AS(AgrRand({.scale = kNan}), Error);
  CHECK_THROWS_AS(AgrRand({.scale = kInfinity}), Error);
  CHECK_THROWS_AS(AgrRand().combine(table_of({{1}})), Error);
}
