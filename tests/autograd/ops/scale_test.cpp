#include "autograd/ops/scale.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("scale has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape}, [](std::span<const Var> x) { return scale(x[0], Scalar(-2.5)); });
}

TEST_CASE("scale multiplies every number") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2}, std::vector<Scalar>{3, -5});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return scale(x[0], 2); });
  CHECK(y[0] == 6);
  CHECK(y[1] == -10);
}
