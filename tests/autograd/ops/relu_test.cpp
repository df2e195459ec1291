#include "autograd/ops/relu.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("relu has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op(
        {shape}, [](std::span<const Var> x) { return relu(x[0]); }, 0.1);
}

TEST_CASE("relu is 0 at and below 0, keeps numbers above 0, and keeps NaN") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4}, std::vector<Scalar>{-2, 0, 3, NAN});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return relu(x[0]); });
  CHECK(y[0] == 0);
  CHECK(y[1] == 0);
  CHECK(y[2] == 3);
  CHECK(std::isnan(y[3]));
}
