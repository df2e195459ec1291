#include "autograd/ops/mul.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("mul has the gradient of its formula") {
  for (const Shape& shape : kOddShapes)
    check_op({shape, shape}, [](std::span<const Var> x) { return mul(x[0], x[1]); });
}

TEST_CASE("mul of a value with itself counts both uses") {
  check_op({Shape{3, 17}}, [](std::span<const Var> x) { return mul(x[0], x[0]); });
}

TEST_CASE("mul computes element by element") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2}, std::vector<Scalar>{3, -5});
  leaves.emplace_back(Shape{2}, std::vector<Scalar>{1, 1});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return mul(x[0], x[1]); });
  CHECK(y[0] == 3);
  CHECK(y[1] == -5);
}

TEST_CASE("mul refuses shapes that differ and says where it was called") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 3});
  leaves.emplace_back(Shape{3, 2});
  try {
    value_of(leaves, [](std::span<const Var> x) { return mul(x[0], x[1]); });
    FAIL("no error");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find("mul: both inputs must have the same shape (nothing is broadcast)\n    a  [2, 3]\n    b  "
                    "[3, 2]\n    at ") == 0);
    CHECK(text.find("mul_test.cpp:") != std::string::npos);
  }
}
