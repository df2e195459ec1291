#include "autograd/ops/exp.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("exp has the gradient of its formula") {
  for (const Shape& shape : kOddShapes) check_op({shape}, [](std::span<const Var> x) { return exp(x[0]); });
}

TEST_CASE("exp is 1 at 0, 0 and infinite at the ends, and keeps NaN") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{5}, std::vector<Scalar>{0, 1, -INFINITY, INFINITY, NAN});
  const auto f = [](std::span<const Var> x) { return exp(x[0]); };
  const Tensor y = value_of(leaves, f), dx = std::move(gradients_of(leaves, f)[0]);
  CHECK(y[0] == 1);
  CHECK(y[1] == doctest::Approx(2.718281828459045).epsilon(sizeof(Scalar) == 8 ? 1e-15 : 1e-7));
  CHECK(y[2] == 0);
  CHECK(y[3] == INFINITY);
  CHECK(std::isnan(y[4]));
  CHECK(dx[0] == 1);
  CHECK(dx[2] == 0);
  CHECK(std::isnan(dx[4]));
}
