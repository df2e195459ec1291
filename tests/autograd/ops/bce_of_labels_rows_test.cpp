#include "autograd/ops/bce_of_labels_rows.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("bce_of_labels_rows has the gradient of its formula") {
  const Tensor labels(Shape{2, 3}, std::vector<Scalar>{1, 0, 0, 1, 1, 0});
  check_op({{2, 3}}, [&](std::span<const Var> x) { return bce_of_labels_rows(x[0], labels); });
}

TEST_CASE("bce_of_labels_rows is the mean of the losses of a row's labels") {
  const Tensor labels(Shape{2, 2}, std::vector<Scalar>{1, 0, 0, 1});
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 2}, std::vector<Scalar>{-500, -500, 0, NAN});
  const Tensor y = value_of(leaves, [&](std::span<const Var> x) { return bce_of_labels_rows(x[0], labels); });
  REQUIRE(y.shape() == Shape{2, 1});
  CHECK(y[0] == 250);  // 500 for the label that is there, 7e-218 for the other
  CHECK(std::isnan(y[1]));
}

TEST_CASE("bce_of_labels_rows refuses labels that do not fit, and labels other than 0 and 1") {
  const auto error = [](const Shape& shape, const Tensor& labels) {
    return error_of({shape}, [&](std::span<const Var> x) { return bce_of_labels_rows(x[0], labels); });
  };
  CHECK(error({2, 2}, Tensor(Shape{2, 3})).find("bce_of_labels_rows: there must be a label") == 0);
  CHECK(error({2, 2}, Tensor()).find("bce_of_labels_rows: there must be a label") == 0);
  const Tensor half(Shape{1, 2}, std::vector<Scalar>{1, Scalar(0.5)});
  CHECK(error({1, 2}, half) == "bce_of_labels_rows: a label is not 0 or 1\n label 0.500000\n row 0");
}
