#include "autograd/ops/cross_entropy.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("cross_entropy has the gradient of its formula") {
  const std::vector<std::int32_t> labels = {2, 0, 1, 1, 2};
  check_op({Shape{5, 3}}, [&](std::span<const Var> x) { return cross_entropy(x[0], labels, Scalar(0.2)); });
}

TEST_CASE("cross_entropy of even logits is the logarithm of the number of classes") {
  const std::vector<std::int32_t> labels = {0, 3};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 4});
  const Tensor y =
      value_of(leaves, [&](std::span<const Var> x) { return cross_entropy(x[0], labels, Scalar(0.5)); });
  CHECK(y[0] == doctest::Approx(1.38629436112).epsilon(1e-7));
}

TEST_CASE("cross_entropy of a confident right answer does not underflow") {
  const std::vector<std::int32_t> labels = {1};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 2}, std::vector<Scalar>{1000, -1000});
  CHECK(value_of(leaves, [&](std::span<const Var> x) { return cross_entropy(x[0], labels, 1); })[0] == 2000);
}

TEST_CASE("cross_entropy names a label that is not a class") {
  const std::vector<std::int32_t> labels = {0, 4};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 4});
  try {
    value_of(leaves, [&](std::span<const Var> x) { return cross_entropy(x[0], labels, 1); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::data);
    CHECK(std::string(error.what())
              .find("cross_entropy: a label is not one of 0 .. 3\n    label 4\n    row   1\n") == 0);
  }
}

TEST_CASE("cross_entropy needs one label per row") {
  const std::vector<std::int32_t> labels = {0};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 4});
  CHECK_THROWS_AS(value_of(leaves, [&](std::span<const Var> x) { return cross_entropy(x[0], labels, 1); }),
                  Error);
}
