#include "autograd/ops/channels_last.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("channels_last has the gradient of its formula") {
  check_op({Shape{2, 3, 4, 5}}, [](std::span<const Var> x) { return channels_last(x[0], {3, 4, 5}); });
}

TEST_CASE("channels_last moves the channels to the last axis, also of flat images") {
  std::vector<Tensor> leaves;
  leaves.push_back(Tensor({1, 6}, std::vector<Scalar>{1, 2, 3, 10, 20, 30}));
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return channels_last(x[0], {2, 1, 3}); });
  CHECK(y.shape() == Shape{1, 1, 3, 2});
  CHECK(std::vector<Scalar>(y.data(), y.data() + 6) == std::vector<Scalar>{1, 10, 2, 20, 3, 30});
}

TEST_CASE("channels_last refuses rows that do not hold one image") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 7});
  CHECK_THROWS_WITH_AS(value_of(leaves,
                                [](std::span<const Var> x) {
                                  return channels_last(x[0], {2, 1, 3});
                                }),
                       doctest::Contains("a row of x must hold one image"), Error);
}
