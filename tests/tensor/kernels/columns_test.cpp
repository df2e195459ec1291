// Every table of kernels against the reference, and the reference against its contract.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "tensor/kernels/kernels.h"
#include "tensor/random.h"
#include "tests/tensor/numbers.h"

using namespace sand;
using namespace sand::kernels;
using sand::testing::same_bits;

namespace {

/// Rows of numbers of mixed size, some exact zeros and a NaN, in a table whose rows lie further apart than
/// they are long.
struct Table2d {
  std::vector<Scalar> numbers;
  Rows rows;
  Table2d(int count, Index columns) : numbers(static_cast<std::size_t>(count * (columns + 5))) {
    Random random(static_cast<std::uint64_t>(count * 1000 + columns));
    for (Scalar& number : numbers)
      number = random.below(10) == 0
                   ? Scalar{0}
                   : static_cast<Scalar>(random.normal() *
                                         std::ldexp(1.0, static_cast<int>(random.below(30)) - 15));
    numbers[0] = std::numeric_limits<Scalar>::quiet_NaN();
    rows = {numbers.data(), columns + 5, count, columns};
  }
};

/// All that the four kernels give, with a canary behind every block.
struct Statistics {
  std::vector<int> balance;
  std::vector<Scalar> low, high;
  std::vector<double> grid, centre, sum, squares, above, below;
  Statistics(const kernels::Table& table, const Rows& x)
      : balance(x.columns + 1, 77),
        low(x.columns + 1, 77),
        high(x.columns + 1, 77),
        grid(x.columns + 1),
        centre(x.columns + 1),
        sum(x.columns + 1, 77),
        squares(x.columns + 1, 77),
        above(x.columns + 1, 77),
        below(x.columns + 1, 77) {
    for (std::size_t j = 0; j < grid.size(); ++j)
      grid[j] = j % 3 == 0 ? 0.0 : 3 * std::ldexp(1.0, static_cast<int>(j % 7)),
      centre[j] = 0.01 * static_cast<double>(j);
    table.signs_and_range(x, balance.data(), low.data(), high.data());
    table.sum_on_grid(x, grid.data(), sum.data());
    table.squares_on_grid(x, centre.data(), grid.data(), squares.data());
    table.sums_by_sign(x, grid.data(), centre.data(), above.data(), below.data());
  }
};

}  // namespace

TEST_CASE("Every table gives the reference's column statistics to the last bit and writes nothing else") {
  int count = 0;
  const kernels::Table* const* list = tables(&count);
  for (const int rows : {1, 2, 3, 4, 5, 7, 8, 9, 64})
    for (const Index columns : {1, 3, 8, 15, 16, 17, 33, 256}) {
      const Table2d table(rows, columns);
      const Statistics expected(reference(), table.rows);
      for (int i = 0; i < count; ++i) {
        const Statistics found(*list[i], table.rows);
        CAPTURE(list[i]->name);
        CAPTURE(rows);
        CAPTURE(columns);
        CHECK(same_bits(found.balance, expected.balance));
        CHECK(same_bits(found.low, expected.low));
        CHECK(same_bits(found.high, expected.high));
        CHECK(same_bits(found.sum, expected.sum));
        CHECK(same_bits(found.squares, expected.squares));
        CHECK(same_bits(found.above, expected.above));
        CHECK(same_bits(found.below, expected.below));
      }
      CHECK(expected.balance.back() == 77);
      CHECK(expected.squares.back() == 77);
      CHECK(expected.above.back() == 77);
      CHECK(expected.below.back() == 77);
    }
}

TEST_CASE("Every table gives the reference's weighted sum to the last bit and writes nothing else") {
  int count = 0;
  const kernels::Table* const* list = tables(&count);
  Random random(4);
  for (const int rows : {1, 2, 3, 4, 5, 7, 8, 9, 64})
    for (const Index columns : {1, 3, 8, 15, 16, 17, 33, 255, 256}) {
      const Table2d table(rows, columns);
      std::vector<double> weights(static_cast<std::size_t>(rows));
      for (double& weight : weights) weight = random.normal();
      std::vector<Scalar> expected(static_cast<std::size_t>(columns + 1), 77);
      reference().weighted_sum(table.rows, weights.data(), expected.data());
      CHECK(std::isnan(expected[0]));
      CHECK(expected.back() == 77);
      for (int i = 0; i < count; ++i) {
        std::vector<Scalar> found(expected.size(), 77);
        list[i]->weighted_sum(table.rows, weights.data(), found.data());
        CAPTURE(list[i]->name);
        CAPTURE(rows);
        CAPTURE(columns);
        CHECK(std::isnan(found[0]));
        found[0] = expected[0];  // a NaN may have any bits
        CHECK(same_bits(found, expected));
      }
    }
}

TEST_CASE("The reference's weighted sum is a chain of fused multiply-adds in double, rounded once") {
  const std::vector<Scalar> numbers = {3, 1, -2, 5};  // two rows of two columns
  const double weights[] = {0.1, 1 / 3.0};
  Scalar y[2];
  reference().weighted_sum({numbers.data(), 2, 2, 2}, weights, y);
  CHECK(y[0] == static_cast<Scalar>(std::fma(1 / 3.0, -2.0, 0.1 * 3)));
  CHECK(y[1] == static_cast<Scalar>(std::fma(1 / 3.0, 5.0, 0.1)));
}

TEST_CASE("The reference counts signs, finds the range and sums numbers and squares") {
  const std::vector<Scalar> numbers = {1, -2, 0, 4};  // one column, four rows
  const Rows x{numbers.data(), 1, 4, 1};
  int balance = 0;
  Scalar low = 0, high = 0;
  double sum = 0, squares = 0;
  const double no_grid = 0, centre = 1;
  reference().signs_and_range(x, &balance, &low, &high);
  reference().sum_on_grid(x, &no_grid, &sum);
  reference().squares_on_grid(x, &centre, &no_grid, &squares);
  CHECK(balance == 1);
  CHECK(low == -2);
  CHECK(high == 4);
  CHECK(sum == 3);
  CHECK(squares == 0 + 9 + 1 + 9);
  double above = 0, below = 0;
  reference().sums_by_sign(x, &no_grid, &no_grid, &above, &below);
  CHECK(above == 5);
  CHECK(below == -2);
  const double coarse = 3 * 0x1p53;  // doubles from 2^54 are 4 apart: 1 rounds to 0, -2 to even, 4 stays
  reference().sum_on_grid(x, &coarse, &sum);
  CHECK(sum == 4);
  reference().sums_by_sign(x, &coarse, &no_grid, &above, &below);
  CHECK(above == 4);
  CHECK(below == -2);
}
