#include "autograd/ops/outer_rows.h"

#include "autograd/ops/linear.h"
#include "autograd/ops/mul.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("outer_rows has the gradient of its formula") {
  for (const auto& [n, c, f] :
       {std::array<Index, 3>{1, 1, 1}, {3, 1, 17}, {2, 5, 3}, {3, 2, 8}, {1, 17, 9}, {2, 3, 0}})
    check_op({Shape{n, c}, Shape{n, f}}, [](std::span<const Var> x) { return outer_rows(x[0], x[1]); });
}

TEST_CASE("outer_rows of a value with itself counts both uses") {
  check_op({Shape{3, 5}}, [](std::span<const Var> x) { return outer_rows(x[0], x[0]); });
}

TEST_CASE("outer_rows has for every c the products with all of b, then a itself") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 2}, std::vector<Scalar>{2, 3, 5, NAN});
  leaves.emplace_back(Shape{2, 3}, std::vector<Scalar>{10, 20, 30, 40, 50, 60});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return outer_rows(x[0], x[1]); });
  REQUIRE(y.shape() == Shape{2, 8});
  const std::vector<Scalar> expected = {20, 40, 60, 2, 30, 60, 90, 3, 200, 250, 300, 5};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(y[static_cast<Index>(i)] == expected[i]);
  for (Index i = 12; i < 16; ++i) CHECK(std::isnan(y[i]));
}

TEST_CASE("outer_rows is the gradient of a linear layer's weights and biases by one example") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({1, 3}, 1));  // a
  leaves.push_back(random_tensor({1, 5}, 2));  // b
  leaves.push_back(random_tensor({3, 5}, 3));  // weights
  leaves.push_back(random_tensor({3}, 4));     // biases
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return outer_rows(x[0], x[1]); });
  const std::vector<Tensor> gradients =
      gradients_of(leaves, [](std::span<const Var> x) { return mul(linear(x[1], x[2], x[3]), x[0]); });
  for (Index c = 0; c < 3; ++c) {
    for (Index k = 0; k < 5; ++k) CHECK(y[c * 6 + k] == gradients[2][c * 5 + k]);
    CHECK(y[c * 6 + 5] == gradients[3][c]);
  }
}

TEST_CASE("outer_rows refuses what are not matrices with the same number of rows") {
  const auto error = [](const Shape& a, const Shape& b) {
    return error_of({a, b}, [](std::span<const Var> x) { return outer_rows(x[0], x[1]); });
  };
  CHECK(error({2, 3}, {4, 3}) ==
        "outer_rows: a and b must be matrices with the same number of rows\n a [2, 3] [n, c]\n b [4, 3] [n, "
        "f]");
  CHECK(error({2}, {2, 3}).find("outer_rows: a and b must be matrices") == 0);
  CHECK(error({2, 3}, {2, 3, 1}).find("outer_rows: a and b must be matrices") == 0);
}
