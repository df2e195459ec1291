#include "optim/combiners/mean_gradient.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("ERM's direction is the mean of the gradients, without a mask or weights") {
  MeanGradient mean;
  const Direction& direction = mean.combine(table_of({{1, -2, 0}, {2, 1, 0}, {6, -2, 0}}));
  CHECK(direction.values[0] == 3);
  CHECK(direction.values[1] == -1);
  CHECK(direction.values[2] == 0);
  CHECK_FALSE(direction.has_mask());
  CHECK_FALSE(direction.has_weights());
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
