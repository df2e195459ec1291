#include "autograd/ops/tanh.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("tanh has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape}, [](std::span<const Var> x) { return sand::tanh(x[0]); });
}

TEST_CASE("tanh is the hyperbolic tangent") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2}, std::vector<Scalar>{Scalar(0.5), -40});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return sand::tanh(x[0]); });
  CHECK(y[0] == doctest::Approx(0.46211715726).epsilon(1e-7));
  CHECK(y[1] == -1);
}
