#include "optim/agreement.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "optim/any_order.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("Agreement computes signs, mean and variance of every column") {
  const GradientTable table = table_of({{9, 1, -1, 0, 2}, {9, 2, -2, 0, 2}, {9, 6, 0, -3, 2}});
  Agreement agreement(table, 1, 4);
  agreement.measure_variance();
  const std::vector<int> balance = {3, -2, -1, 3};
  const std::vector<double> mean = {3, -1, -1, 2}, variance = {7, 1, 3, 0};
  for (int j = 0; j < 4; ++j) {
    CHECK(agreement.balance(j) == balance[static_cast<std::size_t>(j)]);
    CHECK(agreement.agreement(j) == std::abs(balance[static_cast<std::size_t>(j)]) / 3.0);
    CHECK(agreement.mean(j) == doctest::Approx(mean[static_cast<std::size_t>(j)]));
    CHECK(agreement.variance(j) == doctest::Approx(variance[static_cast<std::size_t>(j)]));
  }
}

TEST_CASE("The variance of gradients that nearly agree does not cancel") {
  const double x = 0.7f, y = std::nextafter(0.7f, 1.0f);
  const GradientTable table = table_of({{x}, {y}, {x}, {y}, {x}});
  Agreement agreement(table, 0, 1);
  agreement.measure_variance();
  CHECK(agreement.variance(0) ==
        doctest::Approx((y - x) * (y - x) * 0.3).epsilon(1e-6).scale(0));  // 6/5 (y - x)^2 over 4
}

TEST_CASE("Equal gradients have variance exactly 0, for any number of domains") {
  for (std::size_t domains = 2; domains < 50; ++domains)
    for (const double g : {0.1, 1e-30, -0.3, 0.0}) {
      const GradientTable table = table_of(std::vector<std::vector<double>>(domains, {g}));
      Agreement agreement(table, 0, 1);
      agreement.measure_variance();
      CHECK(agreement.variance(0) == 0);
    }
}

TEST_CASE(
    "Mean and variance have the same bits for every order of the domains, even where large numbers cancel") {
  Random random(4);
  for (const int domains : {3, 4, 5, 16, 64}) {
    GradientTable table = random_table({200}, domains, 0.1, random);
    for (std::size_t j = 0; j < 100; ++j) {
      for (int e = 0; e < domains; ++e)
        table.row(e)[j] = static_cast<Scalar>(random.normal() * std::exp2(random.uniform(-30, 0)));
      table.row(0)[j] = -table.row(1)[j];
    }
    const GradientTable shuffled = permuted(table, random.permutation(static_cast<std::uint32_t>(domains)));
    Agreement one(table, 0, 200), other(shuffled, 0, 200);
    one.measure_variance();
    other.measure_variance();
    for (int j = 0; j < 200; ++j) {
      CHECK(one.mean(j) == other.mean(j));
      CHECK(one.variance(j) == other.variance(j));
    }
  }
}

TEST_CASE("Sums on a grid are the same in any order, and near the exact sum") {
  Random random(3);
  for (const double smallest : {-10.0, -100.0}) {
    std::vector<double> numbers(64);
    double largest = 0;
    long double exact = 0;
    for (double& x : numbers) {
      x = random.normal() * std::exp2(random.uniform(smallest, 0));
      exact += x;
      largest = std::max(largest, std::fabs(x));
    }
    const double c = grid(largest, 64);
    const auto sum = [&](const std::vector<std::uint32_t>& order) {
      double total = 0;
      for (const std::uint32_t i : order) total += on_grid(numbers[i], c);
      return total;
    };
    const double first = sum(random.permutation(64));
    CHECK(std::fabs(first - static_cast<double>(exact)) <= 64 * 64 * 0x1p-52 * largest);
    for (int round = 0; round < 100; ++round) CHECK(sum(random.permutation(64)) == first);
  }
}

TEST_CASE("Two numbers and a bound of zero need no grid") {
  CHECK(grid(1e10, 2) == 0);
  CHECK(grid(0, 16) == 0);
  CHECK(on_grid(1e-300, grid(1e10, 2)) == 1e-300);
}
