#include "autograd/ops/leaky_relu.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("leaky_relu has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op(
        {shape}, [](std::span<const Var> x) { return leaky_relu(x[0], Scalar(0.2)); }, 0.1);
}

TEST_CASE("leaky_relu keeps numbers above 0, scales those below, and keeps NaN") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{3}, std::vector<Scalar>{-2, 3, NAN});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return leaky_relu(x[0], Scalar(0.5)); });
  CHECK(y[0] == -1);
  CHECK(y[1] == 3);
  CHECK(std::isnan(y[2]));
}
