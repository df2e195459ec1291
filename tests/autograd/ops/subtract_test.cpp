#include "autograd/ops/subtract.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("subtract has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape, shape}, [](std::span<const Var> x) { return subtract(x[0], x[1]); });
}

TEST_CASE("subtract computes element by element, and keeps NaN") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{3}, std::vector<Scalar>{3, -5, NAN});
  leaves.emplace_back(Shape{3}, std::vector<Scalar>{1, 2, 1});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return subtract(x[0], x[1]); });
  CHECK(y[0] == 2);
  CHECK(y[1] == -7);
  CHECK(std::isnan(y[2]));
}

TEST_CASE("subtract of a value from itself is 0 with gradient 0") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({3, 17}, 1));
  const auto f = [](std::span<const Var> x) { return subtract(x[0], x[0]); };
  CHECK((value_of(leaves, f).array() == 0).all());
  CHECK((gradients_of(leaves, f)[0].array() == 0).all());
}

TEST_CASE("subtract refuses shapes that differ") {
  CHECK(error_of({Shape{2, 3}, Shape{3, 2}}, [](std::span<const Var> x) { return subtract(x[0], x[1]); }) ==
        "subtract: both inputs must have the same shape (nothing is broadcast)\n a [2, 3]\n b [3, 2]");
}
