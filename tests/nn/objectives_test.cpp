#include "nn/objectives.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "autograd/parameters.h"

using namespace sand;

TEST_CASE("Binary cross-entropy calls a logit class 1 above 0, and class 0 at 0 and below") {
  const Tensor logits(Shape{3, 1}, std::vector<Scalar>{Scalar(-0.1), 0, Scalar(0.1)});
  const std::vector<std::int32_t> right = {0, 0, 1}, wrong = {1, 1, 0};
  CHECK(nn::BinaryCrossEntropy{}.correct(logits, right) == 3);
  CHECK(nn::BinaryCrossEntropy{}.correct(logits, wrong) == 0);
}

TEST_CASE("A loss is divided by the rows of the whole domain, not of the tile, and tiles add up to its mean") {
  const Tensor one(Shape{2, 1}, std::vector<Scalar>{1, -2}), two(Shape{2, 2}, std::vector<Scalar>{0, 1, 0, -2});
  const std::vector<std::int32_t> labels = {1, 0};
  Parameters none;
  Tape tape;
  const auto value = [&](const Objective& objective, const Tensor& outputs, Index rows) {
    tape.start(none);
    return static_cast<double>(objective.loss(tape.constant(outputs), labels, rows).value()[0]);
  };
  const double sum = std::log1p(std::exp(-1)) + std::log1p(std::exp(-2));
  for (const Index rows : {2, 8}) {
    CHECK(value(nn::BinaryCrossEntropy{}, one, rows) == doctest::Approx(sum / static_cast<double>(rows)).epsilon(1e-6));
    CHECK(value(nn::CrossEntropy{}, two, rows) == doctest::Approx(sum / static_cast<double>(rows)).epsilon(1e-6));
  }
}
