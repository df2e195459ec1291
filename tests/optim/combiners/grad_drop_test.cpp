#include "optim/combiners/grad_drop.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("GradDrop is the sum of the positive or of the negative gradients, by their share") {
  // P = 3/4, 1/4, 1 and 0; the last column has no gradient
  GradientTable table = table_of({{2, 1, 1, -1, 0}, {1, -1, 2, -2, 0}, {-1, -2, 3, -3, 0}});
  GradDrop drop;
  int positive[2] = {};
  const int steps = 4000;
  for (table.step = 0; table.step < steps; ++table.step) {
    const Direction& direction = drop.combine(table);
    for (Index j = 0; j < 2; ++j) {
      const Scalar above = j == 0 ? 3 : 1, below = j == 0 ? -1 : -3;
      REQUIRE((direction.values[j] == above || direction.values[j] == below));
      positive[j] += direction.values[j] == above;
    }
    REQUIRE(direction.values[2] == 6);
    REQUIRE(direction.values[3] == -6);
    REQUIRE(direction.values[4] == 0);
  }
  const double deviation = std::sqrt(0.75 * 0.25 / steps);
  CHECK(std::fabs(positive[0] / double{steps} - 0.75) < 3 * deviation);
  CHECK(std::fabs(positive[1] / double{steps} - 0.25) < 3 * deviation);
}

TEST_CASE("Neighbouring columns and successive steps of GradDrop draw independently") {
  const Index columns = 500;
  GradientTable table = table_of({std::vector<double>(columns, 1), std::vector<double>(columns, -1)});
  GradDrop drop;
  double neighbours = 0, successors = 0;
  Eigen::VectorXd before = Eigen::VectorXd::Zero(columns);
  for (table.step = 0; table.step < 40; ++table.step) {
    const Eigen::VectorXd signs = vector_of(drop.combine(table).values);
    neighbours += signs.head(columns - 1).dot(signs.tail(columns - 1));
    successors += signs.dot(before);
    before = signs;
  }
  CHECK(std::fabs(neighbours) < 3 * std::sqrt(40.0 * columns));
  CHECK(std::fabs(successors) < 3 * std::sqrt(40.0 * columns));
}

TEST_CASE("A leak of 1 lets the whole row pass, and a leak of a half lets half of it pass") {
  GradientTable table = table_of({{4}, {-2}, {-1}});  // P = 4/7
  GradDrop all({.leak = {1, 1, 1}}), half({.leak = {0.5, 0.5, 0}}), none({.leak = {0, 0, 0}}), plain;
  int positive = 0;
  for (table.step = 0; table.step < 100; ++table.step) {
    REQUIRE(all.combine(table).values[0] == 1);
    const Scalar found = half.combine(table).values[0];
    REQUIRE((found == 4 - 1 || found == 2 - 3));
    positive += found == 3;
    REQUIRE(none.combine(table).values[0] == plain.combine(table).values[0]);
  }
  CHECK(positive > 30);
  CHECK(positive < 80);
}

TEST_CASE("GradDrop is nowhere above the positive sum or below the negative sum") {
  Random random(5);
  const GradientTable table = random_table({3000}, 5, 1, random);
  GradDrop drop;
  const Direction& direction = drop.combine(table);
  Index positive = 0;
  for (std::size_t j = 0; j < 3000; ++j) {
    double above = 0, below = 0;
    for (int e = 0; e < 5; ++e) {
      const double g = table.row(e)[j];
      (g > 0 ? above : below) += g;
    }
    const double found = direction.values[static_cast<Index>(j)];
    const double expected = found > 0 ? above : below;
    CHECK(std::fabs(found - expected) <= (kRounding + 5 * 5 * 0x1p-51) * std::fabs(expected));  // of the grid
    positive += found > 0;
  }
  CHECK(positive > 1000);
  CHECK(positive < 2000);
}

TEST_CASE("GradDrop refuses a leak outside 0 .. 1, and another number of leaks than domains") {
  CHECK(error_of([] {
          GradDrop({.leak = {0.5, 1.5}});
        }) == "GradDrop: leak must be in [0, 1]\n    found 1.5");
  CHECK_THROWS_AS(GradDrop({.leak = {kNan}}), Error);
  CHECK(error_of([] {
          GradDrop({.leak = {1, 1}}).combine(table_of({{1}, {2}, {3}}));
        }) ==
        "GradDrop: leak needs one number for each domain\n"
        "    domains 3\n"
        "    found   2 numbers");
}
