#include "optim/combiners/sum_gradient.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("Sum adds the gradients of all domains") {
  SumGradient sum;
  const Direction& direction = sum.combine(table_of({{1, -2, 0}, {2, 1, 0}, {6, -2, 0}}));
  CHECK(direction.values[0] == 9);
  CHECK(direction.values[1] == -3);
  CHECK(direction.values[2] == 0);
  CHECK_FALSE(direction.has_mask());
}

TEST_CASE("The sum of any number of domains is that of long double, up to one rounding") {
  Random random(2);
  for (const int domains : {1, 2, 3, 5, 16, 49}) {
    const GradientTable table = random_table({300}, domains, 1, random);
    SumGradient sum;
    const Direction& direction = sum.combine(table);
    for (std::size_t j = 0; j < 300; ++j) {
      long double exact = 0, size = 0;
      for (int e = 0; e < domains; ++e)
        exact += table.row(e)[j], size += std::fabs(static_cast<double>(table.row(e)[j]));
      CHECK(std::fabs(static_cast<double>(direction.values[static_cast<Index>(j)] - exact)) <=
            kRounding * std::fabs(static_cast<double>(exact)) + 64 * 0x1p-46 * static_cast<double>(size));
    }
  }
}
