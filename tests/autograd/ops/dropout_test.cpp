#include "autograd/ops/dropout.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("dropout has the gradient of its formula") {
  const std::vector<std::uint32_t> examples = {4, 9, 2};
  check_op({Shape{3, 17}}, [&](std::span<const Var> x) { return dropout(x[0], 0.4, 1, {7, 3, examples}); });
}

TEST_CASE("dropout zeroes the given share and keeps the mean") {
  const std::vector<std::uint32_t> examples = {0, 1, 2, 3};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4, 5000});
  leaves[0].array() = 1;
  const Tensor y = value_of(leaves, [&](std::span<const Var> x) {
    return dropout(x[0], 0.25, 0, {1, 0, examples});
  });
  const double zeros = static_cast<double>((y.array() == 0).count()) / 20000;
  CHECK(zeros == doctest::Approx(0.25).epsilon(0.05));
  CHECK(y.array().maxCoeff() == doctest::Approx(1 / 0.75));
}

TEST_CASE("dropout depends on the example, not on its row in the batch") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 40});
  leaves[0].array() = 1;
  const auto drop = [&](std::vector<std::uint32_t> examples, std::uint32_t stream, std::uint32_t step) {
    const Tensor y = value_of(leaves, [&](std::span<const Var> x) {
      return dropout(x[0], 0.5, stream, {7, step, examples});
    });
    return std::vector<Scalar>(y.data(), y.data() + 80);
  };
  const std::vector<Scalar> a = drop({5, 6}, 0, 0), b = drop({6, 5}, 0, 0);
  CHECK(std::equal(a.begin(), a.begin() + 40, b.begin() + 40));
  CHECK(std::equal(b.begin(), b.begin() + 40, a.begin() + 40));
  CHECK(a != drop({5, 6}, 1, 0));
  CHECK(a != drop({5, 6}, 0, 1));
}

TEST_CASE("dropout does not change a prediction") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({2, 3}, 1));
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return dropout(x[0], 0.5, 0, {}); });
  CHECK((y.array() == leaves[0].array()).all());
}

TEST_CASE("dropout refuses a rate of 1") {
  const std::vector<std::uint32_t> examples = {0, 1};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 3});
  CHECK_THROWS_AS(value_of(leaves,
                           [&](std::span<const Var> x) {
                             return dropout(x[0], 1.0, 0, {1, 0, examples});
                           }),
                  Error);
}
