#include "autograd/ops/max_pool2d.h"

#include <limits>

#include "autograd/ops/add.h"
#include "autograd/ops/scale.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("max_pool2d has the gradient of its formula") {
  // Numbers far apart, each moved a little by the leaf, so that no difference changes the maximum.
  const Shape shape{2, 5, 7, 3};
  Tensor apart(shape);
  const std::vector<std::uint32_t> order = Random(3).permutation(static_cast<std::uint32_t>(shape.size()));
  for (Index i = 0; i < shape.size(); ++i)
    apart[i] = static_cast<Scalar>(order[static_cast<std::size_t>(i)]) / 100;
  for (const PoolOptions options : {PoolOptions{1, 1}, {2, 2}, {3, 2}, {2, 3}})
    check_op({shape}, [&](std::span<const Var> x) {
      const Var little = scale(x[0], Scalar(0.001));
      return max_pool2d(add(little, little.tape().constant(apart)), options);
    });
}

TEST_CASE("max_pool2d gives the gradient to the first of equal maxima alone") {
  Tensor x({1, 2, 2, 1}, std::vector<Scalar>{1, 4, 4, 2}), dx(x.shape());
  Parameters none;
  Tape tape;
  tape.start(none);
  const Var y = max_pool2d(tape.variable(x, dx));
  CHECK(y.value()[0] == 4);
  tape.backward(y, Tensor({1, 1, 1, 1}, std::vector<Scalar>{1}));
  CHECK(std::vector<Scalar>(dx.data(), dx.data() + 4) == std::vector<Scalar>{0, 1, 0, 0});
}

TEST_CASE("max_pool2d keeps NaN and infinities") {
  constexpr Scalar nan = std::numeric_limits<Scalar>::quiet_NaN(),
                   infinity = std::numeric_limits<Scalar>::infinity();
  std::vector<Tensor> leaves;
  leaves.push_back(Tensor(
      {1, 2, 4, 1}, std::vector<Scalar>{1, 2, -infinity, -infinity, nan, infinity, -infinity, -infinity}));
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return max_pool2d(x[0]); });
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == -infinity);
}

TEST_CASE("max_pool2d refuses windows that do not fit") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 2, 2, 1});
  CHECK_THROWS_WITH_AS(
      value_of(leaves, [](std::span<const Var> x) { return max_pool2d(x[0], {.window = 3}); }),
      doctest::Contains("max_pool2d: a window must fit into x"), Error);
}
