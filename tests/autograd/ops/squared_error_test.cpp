#include "autograd/ops/squared_error.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("squared_error has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape, shape}, [](std::span<const Var> x) { return squared_error(x[0], x[1]); });
}

TEST_CASE("squared_error is the mean of the squared differences") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2}, std::vector<Scalar>{1, 5});
  leaves.emplace_back(Shape{2}, std::vector<Scalar>{3, 1});
  CHECK(value_of(leaves, [](std::span<const Var> x) { return squared_error(x[0], x[1]); })[0] == 10);
}
