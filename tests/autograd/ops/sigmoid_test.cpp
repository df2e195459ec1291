#include "autograd/ops/sigmoid.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("sigmoid has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape}, [](std::span<const Var> x) { return sigmoid(x[0]); });
}

TEST_CASE("sigmoid is 1 / (1 + e^-x), without overflow on either side") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{3}, std::vector<Scalar>{Scalar(0.5), 1000, -1000});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return sigmoid(x[0]); });
  CHECK(y[0] == doctest::Approx(0.62245933120).epsilon(1e-7));
  CHECK(y[1] == 1);
  CHECK(y[2] == 0);
}
