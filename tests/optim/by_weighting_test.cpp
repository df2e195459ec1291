// The direction is the weighted sum of rows, and nothing is hidden if numbers are not finite.
#include "optim/by_weighting.h"

#include <doctest/doctest.h>

#include "optim/combiners/constant.h"
#include "optim/combiners/dual_proj.h"
#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("A direction by weighting is the sum in double, in the order of the domains, rounded once") {
  Random random(1);
  for (const Index columns : {1, 255, 256, 257, 4095, 4096, 4097, 20000}) {
    const GradientTable table = random_table({columns}, 5, 1, random);
    Constant combiner({.weights = {0.3, -1.7, 0.1, 2, 1e-3}});
    const Direction& direction = combiner.combine(table);
    for (Index j = 0; j < columns; ++j) {
      double sum = 0;
      for (int e = 0; e < 5; ++e)
        sum = std::fma(direction.weights[e], static_cast<double>(table.row(e)[static_cast<std::size_t>(j)]),
                       sum);
      REQUIRE(direction.values[j] == static_cast<Scalar>(sum));
    }
    CHECK(direction.finite);
  }
}

TEST_CASE("A direction by weighting carries the Gram matrix of the rows") {
  Constant combiner;
  const Direction& direction = combiner.combine(table_of({{1, 2}, {3, -1}}));
  CHECK(direction.gram == (Eigen::MatrixXd(2, 2) << 5, 1, 1, 10).finished());
  CHECK_FALSE(direction.has_mask());
}

TEST_CASE("An explanation by weighting computes the weights again") {
  const GradientTable table = table_of({{1, 0}, {-3, 1}});
  DualProj combiner;
  const Direction& direction = combiner.combine(table);
  CHECK(combiner.explain(table, 1).scalar("direction") == direction.values[1]);
  CHECK(combiner.explain(table, 1).find("direction")->formula == "sum_e w_e g_e, the direction");
}

TEST_CASE("Products that overflow, of finite gradients, make a direction of NaN") {
  if (sizeof(Scalar) == 4) return;  // floats have no such products in double
  const GradientTable table = table_of({{1e200, 1}, {1, 1}});
  Constant combiner;
  const Direction& direction = combiner.combine(table);
  CHECK_FALSE(direction.finite);
  CHECK(direction.values.array().isNaN().all());
  CHECK(std::isnan(combiner.explain(table, 1).scalar("direction")));
}
