#include "autograd/ops/log_softmax.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("log_softmax has the gradient of its formula") {
  for (const Shape& shape : {Shape{1, 1}, Shape{3, 17}, Shape{17, 3}})
    check_op({shape}, [](std::span<const Var> x) { return log_softmax(x[0]); });
}

TEST_CASE("log_softmax gives probabilities that sum to 1, also for huge logits") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 3}, std::vector<Scalar>{1, 2, 3, 1000, 1001, 1002});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return log_softmax(x[0]); });
  for (Index i = 0; i < 3; ++i) CHECK(y[i] == y[i + 3]);
  CHECK(y.array().head(3).exp().sum() == doctest::Approx(1).epsilon(1e-6));
  CHECK(y[2] == doctest::Approx(-0.40760596444).epsilon(1e-6));
}

TEST_CASE("log_softmax of logits far apart does not overflow") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 2}, std::vector<Scalar>{1000, -1000});
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return log_softmax(x[0]); });
  CHECK(y[0] == 0);
  CHECK(y[1] == -2000);
}

TEST_CASE("log_softmax refuses inputs that are not a matrix") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{3});
  CHECK_THROWS_AS(value_of(leaves, [](std::span<const Var> x) { return log_softmax(x[0]); }), Error);
}
