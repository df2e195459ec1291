#include "autograd/ops/bce_with_logits.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("bce_with_logits has the gradient of its formula") {
  const std::vector<std::int32_t> labels = {1, 0, 1, 1, 0};
  for (const Shape& shape : {Shape{5, 1}, Shape{5}})
    check_op({shape}, [&](std::span<const Var> x) { return bce_with_logits(x[0], labels, Scalar(0.2)); });
}

TEST_CASE("bce_with_logits is exact even if sigmoid rounds to 0 or 1") {
  const std::vector<std::int32_t> labels = {0, 1};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 1}, std::vector<Scalar>{500, -500});
  CHECK(value_of(leaves, [&](std::span<const Var> x) { return bce_with_logits(x[0], labels, 1); })[0] ==
        1000);
}

TEST_CASE("bce_with_logits has an exact gradient even if a class is nearly certain") {
  const std::vector<std::int32_t> labels = {1, 0};
  const Tensor x(Shape{2}, std::vector<Scalar>{20, -20});
  Tensor dx(x.shape());
  Parameters none;
  Tape tape;
  tape.start(none);
  tape.backward(bce_with_logits(tape.variable(x, dx), labels, 1));
  const double small = 1 / (1 + std::exp(20.0));
  CHECK(static_cast<double>(dx[0]) / small == doctest::Approx(-1).epsilon(1e-6));
  CHECK(static_cast<double>(dx[1]) / small == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("bce_with_logits equals cross_entropy over the logits 0 and x") {
  const std::vector<std::int32_t> labels = {1};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1}, std::vector<Scalar>{Scalar(0.7)});
  CHECK(value_of(leaves, [&](std::span<const Var> x) { return bce_with_logits(x[0], labels, 1); })[0] ==
        doctest::Approx(0.40318604888).epsilon(1e-7));
}

TEST_CASE("bce_with_logits refuses a label that is neither 0 nor 1, and more than one number per row") {
  const std::vector<std::int32_t> labels = {2, 0};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 1});
  CHECK_THROWS_AS(value_of(leaves, [&](std::span<const Var> x) { return bce_with_logits(x[0], labels, 1); }),
                  Error);
  const std::vector<std::int32_t> good = {1, 0};
  leaves[0] = Tensor(Shape{2, 2});
  CHECK_THROWS_AS(value_of(leaves, [&](std::span<const Var> x) { return bce_with_logits(x[0], good, 1); }),
                  Error);
}
