#include "autograd/ops/mean_pool2d.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("mean_pool2d has the gradient of its formula, over windows and over the whole image") {
  for (const PoolOptions options : {PoolOptions{1, 1}, {2, 2}, {3, 2}, {2, 3}})
    check_op({Shape{2, 5, 7, 3}}, [&](std::span<const Var> x) { return mean_pool2d(x[0], options); });
  for (const Index channels : {1, 17, 40})
    check_op({Shape{3, 5, 2, channels}}, [](std::span<const Var> x) { return mean_pool2d(x[0]); });
}

TEST_CASE("mean_pool2d takes the mean of each window and each channel") {
  std::vector<Tensor> leaves;
  leaves.push_back(Tensor({1, 2, 3, 2}, std::vector<Scalar>{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60}));
  const Tensor windows =
      value_of(leaves, [](std::span<const Var> x) { return mean_pool2d(x[0], {.window = 2, .stride = 1}); });
  CHECK(windows.shape() == Shape{1, 1, 2, 2});
  CHECK(std::vector<Scalar>(windows.data(), windows.data() + 4) == std::vector<Scalar>{3, 30, 4, 40});
  const Tensor whole = value_of(leaves, [](std::span<const Var> x) { return mean_pool2d(x[0]); });
  CHECK(whole.shape() == Shape{1, 2});
  CHECK(std::vector<Scalar>(whole.data(), whole.data() + 2) == std::vector<Scalar>{3.5, 35});
}

TEST_CASE("mean_pool2d refuses inputs that are not images, and windows that do not fit") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4, 3});
  CHECK_THROWS_WITH_AS(value_of(leaves, [](std::span<const Var> x) { return mean_pool2d(x[0]); }),
                       doctest::Contains("[n, h, w, c]"), Error);
  std::vector<Tensor> small;
  small.emplace_back(Shape{1, 2, 2, 1});
  CHECK_THROWS_WITH_AS(
      value_of(small, [](std::span<const Var> x) { return mean_pool2d(x[0], {.window = 3}); }),
      doctest::Contains("a window must fit into x"), Error);
}
