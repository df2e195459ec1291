#include "autograd/ops/column_variance.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("column_variance has the gradient of its formula, with and without ddof, also past 64 columns") {
  for (const int ddof : {0, 1})
    for (const Shape& shape :
         {Shape{2, 1}, Shape{3, 17}, Shape{17, 3}, Shape{2, 64}, Shape{2, 65}, Shape{3, 130}})
      check_op({shape}, [&](std::span<const Var> x) { return column_variance(x[0], ddof); });
}

TEST_CASE("column_variance is the sum of squared differences by n - ddof") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4, 2}, std::vector<Scalar>{1, 7, 2, 7, 3, NAN, 6, 7});
  for (const int ddof : {0, 1}) {
    const Tensor y = value_of(leaves, [&](std::span<const Var> x) { return column_variance(x[0], ddof); });
    REQUIRE(y.shape() == Shape{1, 2});
    CHECK(y[0] == static_cast<Scalar>(14.0 / (4 - ddof)));
    CHECK(std::isnan(y[1]));
  }
}

TEST_CASE("column_variance does not cancel, and is 0 with gradient 0 for equal numbers") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{3, 2}, std::vector<Scalar>{4e6f, 4e6f, 4e6f + 1, 4e6f, 4e6f + 2, 4e6f});
  const auto f = [](std::span<const Var> x) { return column_variance(x[0], 1); };
  const Tensor y = value_of(leaves, f), dx = std::move(gradients_of(leaves, f)[0]);
  CHECK(y[0] == 1);
  CHECK(y[1] == 0);
  for (const Index row : {0, 1, 2}) {
    CHECK(dx[row * 2] == row - 1);
    CHECK(dx[row * 2 + 1] == 0);
  }
}

TEST_CASE("column_variance of one row is 0 without ddof, and refused with it") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 1}, std::vector<Scalar>{5});
  CHECK(value_of(leaves, [](std::span<const Var> x) { return column_variance(x[0], 0); })[0] == 0);
  const auto error = [](const Shape& shape, int ddof) {
    return error_of({shape}, [&](std::span<const Var> x) { return column_variance(x[0], ddof); });
  };
  CHECK(error({1, 3}, 1) ==
        "column_variance: x must be a matrix with more rows than ddof\n x [1, 3] [n, f]\n ddof 1");
  CHECK(error({3}, 0).find("column_variance: x must be a matrix") == 0);
  CHECK(error({3, 3}, 2) == "column_variance: ddof must be 0 or 1\n ddof 2");
  CHECK(error({3, 3}, -1).find("column_variance: ddof must be 0 or 1") == 0);
}
