#include "optim/combiners/and_mask.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "optim/combiners/mean_gradient.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

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

TEST_CASE("A tau outside 0 .. 1 is refused") {
  CHECK_THROWS_WITH_AS(AndMask({.tau = 1.5}),
                       "ANDMask: tau must be in [0, 1]\n"
                       "    found 1.5\n"
                       "    hint: tau is compared with the agreement of the domains, 0 (none) to 1 (all)",
                       Error);
  CHECK_THROWS_AS(AndMask({.tau = std::numeric_limits<double>::quiet_NaN()}), Error);
}

TEST_CASE("AND needs two domains") { CHECK_THROWS_AS(AndMask().combine(table_of({{1}})), Error); }

namespace {

/// A matrix [2, 2] and a bias [2] of three domains.
GradientTable matrix_and_bias(double factor_of_first) {
  GradientTable table({{"weight", {2, 2}, 0}, {"bias", {2}, 4}}, 3);
  const double rows[3][6] = {{3, 4, 0, 0, 1, 2}, {1, 1, 1, 1, 3, 2}, {2, 0.5, -4, 0, 5, -2}};
  for (int e = 0; e < 3; ++e)
    for (std::size_t j = 0; j < 6; ++j)
      table.row(e)[j] = static_cast<Scalar>(rows[e][j] * (e == 0 && j < 4 ? factor_of_first : 1));
  return table;
}

}  // namespace

TEST_CASE("With unit_matrices, the mean is of a matrix's gradients divided by their lengths, not of a bias") {
  AndMask mask({.tau = 0.9, .rescale = false, .unit_matrices = true});
  const GradientTable table = matrix_and_bias(1);
  const Direction& direction = mask.combine(table);
  const double third = std::sqrt(4 + 0.25 + 16);
  CHECK(static_cast<double>(direction.values[0]) ==
        doctest::Approx((3 / 5.0 + 1 / 2.0 + 2 / third) / 3).epsilon(1e-6));
  CHECK(static_cast<double>(direction.values[1]) ==
        doctest::Approx((4 / 5.0 + 1 / 2.0 + 0.5 / third) / 3).epsilon(1e-6));
  CHECK(direction.values[2] == 0);  // the signs differ
  CHECK(direction.values[4] == 3);
  CHECK(direction.values[5] == 0);
  for (Index j = 0; j < table.columns(); ++j)
    CHECK(mask.explain(table, j).scalar("direction") == direction.values[j]);
}

TEST_CASE("With unit_matrices, the scale of a domain's gradient of a matrix does not matter") {
  AndMask mask({.tau = 0.9, .unit_matrices = true}), other({.tau = 0.9, .unit_matrices = true});
  const GradientTable one = matrix_and_bias(1), eighth = matrix_and_bias(0.125);
  CHECK(same_bits(mask.combine(one).values, other.combine(eighth).values));
  CHECK_FALSE(same_bits(AndMask().combine(one).values, AndMask().combine(eighth).values));
}

TEST_CASE("With unit_matrices, a gradient of length 0 stays 0") {
  AndMask mask({.tau = 0, .rescale = false, .unit_matrices = true});
  CHECK(static_cast<double>(mask.combine(matrix_and_bias(0)).values[0]) ==
        doctest::Approx((1 / 2.0 + 2 / std::sqrt(20.25)) / 3).epsilon(1e-6));
}
