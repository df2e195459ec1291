#include "autograd/ops/bce_with_logits_rows.h"

#include "autograd/ops/mean.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("bce_with_logits_rows has the gradient of its formula") {
  const std::vector<std::int32_t> labels = {1, 0, 1, 1, 0};
  for (const Shape& shape : {Shape{5, 1}, Shape{5}})
    check_op({shape}, [&](std::span<const Var> x) { return bce_with_logits_rows(x[0], labels); });
}

TEST_CASE("bce_with_logits_rows is exact even if sigmoid rounds to 0 or 1, and keeps NaN") {
  const std::vector<std::int32_t> labels = {0, 1, 1, 0};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4}, std::vector<Scalar>{500, -500, 500, NAN});
  const Tensor y =
      value_of(leaves, [&](std::span<const Var> x) { return bce_with_logits_rows(x[0], labels); });
  REQUIRE(y.shape() == Shape{4, 1});
  CHECK(y[0] == 500);
  CHECK(y[1] == 500);
  CHECK(y[2] == static_cast<Scalar>(7.124576406741286e-218));
  CHECK(std::isnan(y[3]));
}

TEST_CASE("The mean of bce_with_logits_rows is bce_with_logits") {
  const std::vector<std::int32_t> labels = {1, 0, 1, 1};
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({4, 1}, 1));
  const auto by_row = [&](std::span<const Var> x) { return mean(bce_with_logits_rows(x[0], labels)); };
  const auto at_once = [&](std::span<const Var> x) { return bce_with_logits(x[0], labels, Scalar(0.25)); };
  const double rounding = sizeof(Scalar) == 8 ? 1e-15 : 1e-6;
  CHECK(std::fabs(value_of(leaves, by_row)[0] - value_of(leaves, at_once)[0]) <= rounding);
  const Tensor a = std::move(gradients_of(leaves, by_row)[0]);
  const Tensor b = std::move(gradients_of(leaves, at_once)[0]);
  CHECK((a.array() - b.array()).abs().maxCoeff() <= rounding);
}

TEST_CASE("bce_with_logits_rows refuses wrong labels, and more than one number per row") {
  const auto error = [](const Shape& shape, const std::vector<std::int32_t>& labels) {
    return error_of({shape}, [&](std::span<const Var> x) { return bce_with_logits_rows(x[0], labels); });
  };
  CHECK(error({2, 1}, {2, 0}) == "bce_with_logits_rows: a label is not one of 0 .. 1\n label 2\n row 0");
  CHECK(error({2, 1}, {0}).find("bce_with_logits_rows: there must be one label per row of x") == 0);
  CHECK(error({2, 2}, {1, 0}) == "bce_with_logits_rows: x must have one number per row\n x [2, 2] [n, 1]");
}
