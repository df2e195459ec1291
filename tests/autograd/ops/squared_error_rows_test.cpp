#include "autograd/ops/squared_error_rows.h"

#include "autograd/ops/mean.h"
#include "autograd/ops/squared_error.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("squared_error_rows has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape, shape}, [](std::span<const Var> x) { return squared_error_rows(x[0], x[1]); });
}

TEST_CASE("squared_error_rows is the mean over a row, and its mean over rows is squared_error") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 2}, std::vector<Scalar>{1, 5, 0, 0});
  leaves.emplace_back(Shape{2, 2}, std::vector<Scalar>{3, 1, 0, NAN});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return squared_error_rows(x[0], x[1]); });
  REQUIRE(y.shape() == Shape{2, 1});
  CHECK(y[0] == 10);
  CHECK(std::isnan(y[1]));
  leaves[1][3] = 2;
  const auto by_row = [](std::span<const Var> x) { return mean(squared_error_rows(x[0], x[1])); };
  const auto at_once = [](std::span<const Var> x) { return squared_error(x[0], x[1]); };
  CHECK(value_of(leaves, by_row)[0] == value_of(leaves, at_once)[0]);
}

TEST_CASE("squared_error_rows refuses other shapes, and a single number") {
  const auto error = [](const Shape& a, const Shape& b) {
    return error_of({a, b}, [](std::span<const Var> x) { return squared_error_rows(x[0], x[1]); });
  };
  CHECK(error({}, {}) == "squared_error_rows: a must have rows and columns\n a []");
  CHECK(error({2, 3}, {3, 2}).find("squared_error_rows: ") == 0);
}
