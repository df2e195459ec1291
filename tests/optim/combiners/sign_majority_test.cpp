#include "optim/combiners/sign_majority.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("SignMajority is the sign of most gradients, 0 for a tie; a zero does not vote") {
  SignMajority majority;
  const Direction& direction =
      majority.combine(table_of({{1, -9, 5, 0, 0}, {2, 1e-9, -5, 0, -1}, {-50, -3, 0, 0, 0}}));
  const std::vector<Scalar> expected = {1, -1, 0, 0, -1};
  for (Index j = 0; j < 5; ++j) CHECK(direction.values[j] == expected[static_cast<std::size_t>(j)]);
}

TEST_CASE("SignMajority is -1, 0 or 1, and scaling a domain changes nothing") {
  Random random(3);
  GradientTable table = random_table({1000}, 4, 2, random);
  SignMajority one, other;
  const Direction& before = one.combine(table);
  for (std::size_t j = 0; j < 1000; ++j) table.row(2)[j] *= 1000;
  CHECK(same_bits(before.values, other.combine(table).values));
  for (const Scalar sign : {-1, 0, 1}) CHECK((before.values.array() == sign).count() > 50);
  CHECK((before.values.array().abs() <= 1).all());
}
