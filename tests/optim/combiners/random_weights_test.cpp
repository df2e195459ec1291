#include "optim/combiners/random_weights.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("Random weights are positive, have sum 1, and are a function of seed and step") {
  GradientTable table = table_of({{1, 2}, {3, 4}, {5, 6}});
  const auto drawn = [&](std::uint64_t seed, std::uint32_t step) {
    table.seed = seed, table.step = step;
    RandomWeights combiner;
    return Eigen::VectorXd(combiner.combine(table).weights);
  };
  CHECK(drawn(1, 2).minCoeff() > 0);
  CHECK(drawn(1, 2).sum() == doctest::Approx(1).epsilon(1e-15));
  CHECK(drawn(1, 2) == drawn(1, 2));
  CHECK(drawn(1, 2) != drawn(1, 3));
  CHECK(drawn(1, 2) != drawn(2, 2));
}

TEST_CASE("The logarithms of two random weights differ by a normal number of variance 2") {
  GradientTable table = table_of({{0}, {0}});
  RandomWeights combiner;
  double first = 0, second = 0, fourth = 0;
  const double steps = 4000;
  for (table.step = 0; table.step < 4000; ++table.step) {
    const Eigen::VectorXd& w = combiner.combine(table).weights;
    const double z = (std::log(w[0]) - std::log(w[1])) / std::sqrt(2);
    first += z / steps, second += z * z / steps, fourth += z * z * z * z / steps;
  }
  CHECK(std::fabs(first) < 3 / std::sqrt(steps));
  CHECK(std::fabs(second - 1) < 3 * std::sqrt(2 / steps));
  CHECK(std::fabs(fourth - 3) < 3 * std::sqrt(96 / steps));
}
