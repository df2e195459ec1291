#include "nn/scores.h"

#include <doctest/doctest.h>

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
