#include "nn/scores.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tensor/error.h"

using namespace sand;

TEST_CASE("The largest logit is the predicted class, the first one in a tie") {
  const Tensor logits({3, 2}, std::vector<Scalar>{1, 2, 3, -1, 4, 4});
  CHECK(nn::correct(logits, std::vector<std::int32_t>{1, 0, 0}) == 3);
  CHECK(nn::correct(logits, std::vector<std::int32_t>{0, 1, 1}) == 0);
}

TEST_CASE("One logit means class 1 where it is positive, and class 0 at zero") {
  const Tensor logit({3, 1}, std::vector<Scalar>{Scalar(0.1), 0, Scalar(-0.1)});
  CHECK(nn::correct(logit, std::vector<std::int32_t>{1, 0, 0}) == 3);
  CHECK(nn::correct(logit, std::vector<std::int32_t>{0, 1, 1}) == 0);
}

TEST_CASE("Rows without a label are refused") {
  CHECK_THROWS_WITH_AS(
      nn::correct(Tensor({3, 2}), std::vector<std::int32_t>{1, 0}),
      "correct: a label for each row is needed\n    outputs [3, 2]  [n, classes]\n    labels  2", Error);
}

TEST_CASE("A label is right if its logit is positive exactly where it is 1") {
  const Tensor logits({2, 2}, std::vector<Scalar>{1, -1, 0, 2}),
      labels({2, 2}, std::vector<Scalar>{1, 1, 0, 1});
  CHECK(nn::correct_labels(logits, labels) == 3);
  CHECK_THROWS_WITH_AS(nn::correct_labels(logits, Tensor({2, 1})),
                       doctest::Contains("correct_labels: a value for each output is needed"), Error);
}

TEST_CASE("R^2 of the mean is 0, of the values themselves 1, and of equal values 1 without error, else 0") {
  CHECK(nn::r_squared(8, 8) == 0);
  CHECK(nn::r_squared(0, 8) == 1);
  CHECK(nn::r_squared(16, 8) == -1);
  CHECK(nn::r_squared(0, 0) == 1);
  CHECK(nn::r_squared(1, 0) == 0);
}

TEST_CASE("Squared errors add up by column") {
  std::vector<double> sums = {1, 0};
  nn::add_squared_errors(Tensor({2, 2}, std::vector<Scalar>{1, 2, 3, 4}),
                         Tensor({2, 2}, std::vector<Scalar>{0, 2, 1, 1}), sums);
  CHECK(sums == std::vector<double>{6, 9});
}

TEST_CASE("Probabilities of classes add up to 1, also of huge logits, and one logit has two of them") {
  std::vector<double> probabilities(3);
  nn::class_probabilities(std::vector<Scalar>{1000, 1000, -1000}, probabilities);
  CHECK(probabilities == std::vector<double>{0.5, 0.5, 0});
  probabilities.resize(2);
  nn::class_probabilities(std::vector<Scalar>{2}, probabilities);
  CHECK(probabilities[1] == doctest::Approx(1 / (1 + std::exp(-2.0))));
  CHECK(probabilities[0] + probabilities[1] == doctest::Approx(1));
}
