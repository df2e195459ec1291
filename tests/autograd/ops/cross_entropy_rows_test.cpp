#include "autograd/ops/cross_entropy_rows.h"

#include "autograd/ops/mean.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("cross_entropy_rows has the gradient of its formula") {
  const std::vector<std::int32_t> labels = {2, 0, 1, 1, 2};
  check_op({Shape{5, 3}}, [&](std::span<const Var> x) { return cross_entropy_rows(x[0], labels); });
}

TEST_CASE("cross_entropy_rows is minus the log probability of each row's class") {
  const std::vector<std::int32_t> labels = {3, 1, 0, 0};
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4, 4},
                      std::vector<Scalar>{0, 0, 0, 0, 1000, -1000, 0, 0, 1000, 0, 0, 0, 0, 0, NAN, 0});
  const Tensor y = value_of(leaves, [&](std::span<const Var> x) { return cross_entropy_rows(x[0], labels); });
  REQUIRE(y.shape() == Shape{4, 1});
  CHECK(y[0] == doctest::Approx(1.38629436112).epsilon(1e-7));
  CHECK(y[1] == 2000);
  CHECK(y[2] == 0);
  CHECK(std::isnan(y[3]));
}

TEST_CASE("The mean of cross_entropy_rows is cross_entropy") {
  const std::vector<std::int32_t> labels = {2, 0, 1, 1};
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({4, 3}, 1));
  const auto by_row = [&](std::span<const Var> x) { return mean(cross_entropy_rows(x[0], labels)); };
  const auto at_once = [&](std::span<const Var> x) { return cross_entropy(x[0], labels, Scalar(0.25)); };
  const double rounding = sizeof(Scalar) == 8 ? 1e-15 : 1e-6;
  CHECK(std::fabs(value_of(leaves, by_row)[0] - value_of(leaves, at_once)[0]) <= rounding);
  const Tensor a = std::move(gradients_of(leaves, by_row)[0]);
  const Tensor b = std::move(gradients_of(leaves, at_once)[0]);
  CHECK((a.array() - b.array()).abs().maxCoeff() <= rounding);
}

TEST_CASE("cross_entropy_rows refuses wrong labels, and names them") {
  const auto error = [](const Shape& shape, const std::vector<std::int32_t>& labels) {
    return error_of({shape}, [&](std::span<const Var> x) { return cross_entropy_rows(x[0], labels); });
  };
  CHECK(error({2, 4}, {0, 4}) == "cross_entropy_rows: a label is not one of 0 .. 3\n label 4\n row 1");
  CHECK(error({2, 4}, {0}) ==
        "cross_entropy_rows: there must be one label per row of x\n x [2, 4]\n labels 1");
  CHECK(error({2}, {0, 0}).find("log_softmax: x must be a matrix") == 0);
}
