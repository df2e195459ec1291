#include "optim/combiners/agr_sum.h"

#include <doctest/doctest.h>

#include "optim/combiners/sum_gradient.h"
#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("AgrSum adds the gradients where all have one sign, and is 0 elsewhere") {
  AgrSum sum;
  const Direction& direction = sum.combine(table_of({{1, -1, 1, 1, 0}, {2, -4, 2, 0, 0}, {5, -1, -9, 2, 0}}));
  const std::vector<Scalar> values = {8, -6, 0, 0, 0}, mask = {1, 1, 0, 0, 0};
  for (Index j = 0; j < 5; ++j) {
    CHECK(direction.values[j] == values[static_cast<std::size_t>(j)]);
    CHECK(direction.mask[j] == mask[static_cast<std::size_t>(j)]);
  }
}

TEST_CASE("AgrSum is everywhere between 0 and the sum of the gradients") {
  Random random(3);
  const GradientTable table = random_table({2000}, 3, 0.7, random);
  AgrSum agreed;
  SumGradient all;
  const Direction &found = agreed.combine(table), &sum = all.combine(table);
  Index open = 0;
  for (Index j = 0; j < 2000; ++j) {
    CHECK((found.values[j] == 0 || found.values[j] == sum.values[j]));
    open += found.mask[j] == 1;
  }
  CHECK(open > 200);
  CHECK(open < 1800);
}

TEST_CASE("AgrSum needs two domains") { CHECK_THROWS_AS(AgrSum().combine(table_of({{1}})), Error); }
