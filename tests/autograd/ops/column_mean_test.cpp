#include "autograd/ops/column_mean.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("column_mean has the gradient of its formula, also past 64 columns") {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{3, 17}, Shape{17, 3}, Shape{2, 64}, Shape{2, 65}, Shape{2, 130}})
    check_op({shape}, [](std::span<const Var> x) { return column_mean(x[0]); });
}

TEST_CASE("column_mean divides the sum of each column by the number of rows") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4, 2}, std::vector<Scalar>{1, 10, 2, 20, 3, NAN, 6, 60});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return column_mean(x[0]); });
  REQUIRE(y.shape() == Shape{1, 2});
  CHECK(y[0] == 3);
  CHECK(std::isnan(y[1]));
}

TEST_CASE("column_mean sums in double") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{8, 1},
                      std::vector<Scalar>{0x1p24f, 1, 1, 1, 1, 1, 1, 2});  // 2^24 + 1 is no float
  CHECK(value_of(leaves, [](std::span<const Var> x) { return column_mean(x[0]); })[0] == 0x1p21f + 1);
}

TEST_CASE("column_mean refuses a matrix without rows, and other ranks") {
  const auto error = [](const Shape& shape) {
    return error_of({shape}, [](std::span<const Var> x) { return column_mean(x[0]); });
  };
  CHECK(error({0, 3}) == "column_mean: x must be a matrix with at least one row\n x [0, 3] [n, f]");
  CHECK(error({3}).find("column_mean: x must be a matrix with at least one row") == 0);
  CHECK(error({3, 1, 1}).find("column_mean: x must be a matrix with at least one row") == 0);
}
