#include "autograd/ops/rows.h"

#include <limits>

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("rows has the gradient of its formula, and adds nothing to rows that it leaves out") {
  for (const Shape& shape : {Shape{7}, Shape{7, 3}, Shape{8, 1}, Shape{9, 2, 1, 2}})
    for (const RowRange& range :
         {RowRange{}, RowRange{.step = 2}, RowRange{.first = 1, .step = 2}, RowRange{.first = 6},
          RowRange{.count = 4}, RowRange{.first = 2, .step = 3, .count = 1}})
      check_op({shape}, [&](std::span<const Var> x) { return rows(x[0], range); });
}

TEST_CASE("rows takes the rows of a slice in Python") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({7, 3}, 1));
  for (Index first = 0; first < 7; ++first)
    for (const Index step : {Index{1}, Index{2}, Index{3}, Index{7}, std::numeric_limits<Index>::max()}) {
      std::vector<Index> taken;
      for (Index row = first; row < 7; row += std::min(step, Index{7})) taken.push_back(row);
      for (Index count = 1; count <= static_cast<Index>(taken.size()); ++count) {
        RowRange range{first, step, count};
        if (count == static_cast<Index>(taken.size())) range.count.reset();
        const Tensor y = value_of(leaves, [&](std::span<const Var> x) { return rows(x[0], range); });
        REQUIRE(y.shape() == Shape{count, 3});
        for (Index i = 0; i < count; ++i)
          CHECK((y.matrix().row(i).array() ==
                 leaves[0].matrix().row(taken[static_cast<std::size_t>(i)]).array())
                    .all());
      }
    }
}

TEST_CASE("rows sees no NaN in rows that it leaves out") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4}, std::vector<Scalar>{1, NAN, 3, NAN});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return rows(x[0], {.step = 2}); });
  CHECK((y.array() == Tensor({2}, std::vector<Scalar>{1, 3}).array()).all());
  CHECK(std::isnan(value_of(leaves, [](std::span<const Var> x) { return rows(x[0], {.first = 3}); })[0]));
}

TEST_CASE("rows refuses a range without rows, and one with more rows than x has") {
  const auto error = [](const Shape& shape, const RowRange& range) {
    return error_of({shape}, [&](std::span<const Var> x) { return rows(x[0], range); });
  };
  CHECK(error({5, 2}, {.first = 5}) ==
        "rows: at least one row must remain\n x [5, 2]\n first 5\n step 1\n count all that remain");
  CHECK(error({5, 2}, {.count = 0}).find("rows: at least one row must remain\n") == 0);
  CHECK(error({0, 2}, {}).find("rows: at least one row must remain\n") == 0);
  CHECK(error({5, 2}, {.first = 1, .step = 2, .count = 3}) ==
        "rows: x has fewer rows\n x [5, 2]\n first 1\n step 2\n count 3");
  CHECK(error({5, 2}, {.first = 1, .step = 2, .count = 2}) == "no error");
  for (const RowRange& range : {RowRange{.first = -1}, RowRange{.step = 0}, RowRange{.step = -1}})
    CHECK(error({5}, range).find("rows: first must not be negative, and step must be at least 1\n") == 0);
  CHECK(error({}, {}).find("rows: a single number has no rows\n") == 0);
}
