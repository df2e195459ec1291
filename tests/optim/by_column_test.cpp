// Blocks of columns give the same results as single columns.
#include "optim/by_column.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "optim/combiners/and_mask.h"
#include "optim/combiners/sand_mask.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("Blocks of columns end with their slot, and every weight gets the same mask and value as alone") {
  Random random(12);
  const SandMaskOptions options{.tau = 0.3, .k = 1e-4, .rescale = false};
  const GradientTable table = random_table({257, 1, 4097, 256, 4096}, 4, 0.5, random);
  SandMask together(options);
  const Direction& direction = together.combine(table);
  for (Index j = 0; j < table.columns(); ++j) {
    std::vector<std::vector<double>> rows;
    for (int e = 0; e < table.domains(); ++e) rows.push_back({table.row(e)[static_cast<std::size_t>(j)]});
    SandMask alone(options);
    const Direction& one = alone.combine(table_of(rows));
    REQUIRE(one.mask[0] == direction.mask[j]);
    REQUIRE(one.values[0] == direction.values[j]);
  }
}

TEST_CASE("The rescale counts every column of a slot once, for every position of the only open column") {
  for (const Index columns : {1, 2, 255, 256, 257, 4095, 4096, 4097, 8193})
    for (const Index open : {Index{0}, columns / 2, columns - 1}) {
      Parameters parameters;
      for (const char* slot : {"before", "slot", "behind"}) parameters.add(slot, {columns});
      GradientTable table(parameters.slots(), 2);  // all closed but one column in the middle slot
      for (std::size_t j = 0; j < static_cast<std::size_t>(table.columns()); ++j)
        table.row(0)[j] = 1, table.row(1)[j] = -1;
      table.row(1)[static_cast<std::size_t>(columns + open)] = 1;
      AndMask mask({.tau = 1});
      const Direction& direction = mask.combine(table);
      CHECK(direction.values[columns + open] ==
            static_cast<Scalar>(1 / (1e-10 + 1 / static_cast<double>(columns))));
      CHECK(direction.mask.array().sum() == 1);
      CHECK(direction.values.array().abs().sum() == direction.values[columns + open]);
    }
}

TEST_CASE(
    "A direction reports non-finite values for every position of the gradient at fault, with and without the "
    "rescale") {
  const Index columns = 10'000;  // of three chunks
  for (const bool rescale : {false, true})
    for (const Index fault : {Index{-1}, Index{0}, Index{5000}, columns - 1}) {
      GradientTable table = table_of(std::vector<std::vector<double>>(2, std::vector<double>(columns, 1)));
      if (fault >= 0) table.row(1)[static_cast<std::size_t>(fault)] = std::numeric_limits<Scalar>::infinity();
      SandMask mask({.tau = 0.5, .rescale = rescale});
      CHECK(mask.combine(table).finite == (fault < 0));
    }
}
