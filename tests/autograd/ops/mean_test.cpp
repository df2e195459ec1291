#include "autograd/ops/mean.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("mean has the gradient of its formula") {
  for (const Shape& shape : kOddShapes) check_op({shape}, [](std::span<const Var> x) { return mean(x[0]); });
}

TEST_CASE("mean divides the sum by the count") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4}, std::vector<Scalar>{1, 2, 3, 6});
  CHECK(value_of(leaves, [](std::span<const Var> x) { return mean(x[0]); })[0] == 3);
}

TEST_CASE("mean of an empty tensor is refused") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{0});
  CHECK_THROWS_AS(value_of(leaves, [](std::span<const Var> x) { return mean(x[0]); }), Error);
}
