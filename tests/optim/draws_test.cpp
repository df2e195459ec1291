#include "optim/draws.h"

#include <doctest/doctest.h>
#include <mpfr.h>

#include <cmath>

#include "tensor/normal.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

namespace {

NumberByColumn drawn(const GradientTable& table, Index first, int columns) {
  NumberByColumn numbers{};
  uniform_by_column(Agreement(table, first, columns), 5, numbers);
  return numbers;
}

}  // namespace

TEST_CASE("Uniform numbers of a column are the same in every block") {
  GradientTable table = table_of({std::vector<double>(600, 0), std::vector<double>(600, 0)});
  table.seed = 0x123456789abcdef, table.step = 9;
  std::vector<double> alone;
  for (Index j = 0; j < 600; ++j) alone.push_back(drawn(table, j, 1)[0]);
  for (const int columns : {1, 2, 3, 4, 5, 7, 255, 256})
    for (const Index first : {0, 1, 2, 3, 4, 255, 257, 300}) {
      const NumberByColumn numbers = drawn(table, first, columns);
      for (int j = 0; j < columns; ++j)
        REQUIRE(numbers[static_cast<std::size_t>(j)] == alone[static_cast<std::size_t>(first + j)]);
    }
  for (Index j = 0; j < 600; ++j) {
    Random random(table.seed, 5, 9, static_cast<std::uint32_t>(j / 4));
    std::uint32_t bits = 0;
    for (Index i = 0; i <= j % 4; ++i) bits = random.bits();
    REQUIRE(alone[static_cast<std::size_t>(j)] == (bits + 0.5) * 0x1p-32);
  }
}

TEST_CASE("Normal numbers of a column are the quantiles of its uniform numbers") {
  GradientTable table = table_of({std::vector<double>(2000, 0)});
  for (const Index first : {0, 3, 256, 1000})
    for (const int columns : {1, 255, 256}) {
      NumberByColumn normal;
      normal_by_column(Agreement(table, first, columns), 5, normal);
      const NumberByColumn uniform = drawn(table, first, columns);
      for (std::size_t j = 0; j < static_cast<std::size_t>(columns); ++j)
        REQUIRE(normal[j] == normal_quantile(uniform[j]));
    }
}
