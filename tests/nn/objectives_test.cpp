#include "nn/objectives.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "autograd/parameters.h"

using namespace sand;

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
