#include "nn/mlp.h"

#include <doctest/doctest.h>

#include <cmath>

#include "nn/objectives.h"
#include "nn/summary.h"

using namespace sand;

TEST_CASE("An MLP names its slots in order and its weights are [out, in]") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 18, .hidden = {256, 4}, .outputs = 2}, Random(1));
  REQUIRE(parameters.slots().size() == 6);
  CHECK(parameters.slots()[0].name == "linear0.weight");
  CHECK(parameters.slots()[0].shape == Shape{256, 18});
  CHECK(parameters.slots()[5].name == "linear2.bias");
  CHECK(parameters.slots()[5].shape == Shape{2});
  CHECK(parameters.size() == 256 * 18 + 256 + 4 * 256 + 4 + 2 * 4 + 2);
}

TEST_CASE("The same seed gives the same network and another seed another") {
  const auto weights = [](std::uint64_t seed) {
    Parameters parameters;
    const nn::Mlp net(parameters, {.inputs = 3, .hidden = {4}, .outputs = 2}, Random(seed));
    return std::vector<Scalar>(parameters.numbers().begin(), parameters.numbers().end());
  };
  CHECK(weights(1) == weights(1));
  CHECK(weights(1) != weights(2));
}

TEST_CASE("A width that is not positive is refused") {
  Parameters parameters;
  CHECK_THROWS_WITH_AS(nn::Mlp(parameters, {.inputs = 3, .hidden = {0}, .outputs = 2}, Random(1)),
                       "mlp: every width must be positive\n    found 0", Error);
}

TEST_CASE("Initializers have the spread that their papers ask for") {
  const auto spread = [](nn::Initializer initializer) {
    Parameters parameters;
    const nn::Mlp net(parameters, {.inputs = 300, .hidden = {}, .outputs = 100, .initializer = initializer}, Random(1));
    const auto w = parameters[parameters.slots()[0]].array();
    return std::sqrt(static_cast<double>(w.square().mean()));
  };
  CHECK(spread(nn::Initializer::pytorch) == doctest::Approx(1 / std::sqrt(3.0 * 300)).epsilon(0.02));
  CHECK(spread(nn::Initializer::kaiming_normal) == doctest::Approx(std::sqrt(2.0 / 300)).epsilon(0.02));
  CHECK(spread(nn::Initializer::xavier_uniform) == doctest::Approx(std::sqrt(2.0 / 400)).epsilon(0.02));
}

TEST_CASE("Biases begin as their initializer says") {
  const auto bias = [](nn::Initializer initializer) {
    Parameters parameters;
    const nn::Mlp net(parameters, {.inputs = 4, .hidden = {}, .outputs = 1, .initializer = initializer}, Random(1));
    return parameters.numbers().back();
  };
  CHECK(bias(nn::Initializer::kaiming_normal) == Scalar(0.01));
  CHECK(bias(nn::Initializer::xavier_uniform) == 0);
  CHECK(std::fabs(bias(nn::Initializer::pytorch)) <= Scalar(0.5));
  CHECK(bias(nn::Initializer::pytorch) != 0);
}

TEST_CASE("Cross-entropy counts the greatest logit, binary cross-entropy the sign") {
  const Tensor logits(Shape{3, 2}, std::vector<Scalar>{1, 2, 3, -1, 0, 0});
  CHECK(nn::CrossEntropy{}.correct(logits, std::vector<std::int32_t>{1, 0, 0}) == 3);
  CHECK(nn::CrossEntropy{}.correct(logits, std::vector<std::int32_t>{0, 1, 1}) == 0);
  const Tensor logit(Shape{3, 1}, std::vector<Scalar>{2, -1, 0});
  CHECK(nn::BinaryCrossEntropy{}.correct(logit, std::vector<std::int32_t>{1, 0, 0}) == 3);
}

TEST_CASE("The summary lists each layer with weights and multiply-adds, and their totals") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 12, .hidden = {100}, .outputs = 2}, Random(1));
  const std::string text = nn::summary([&](Var x, const Draw& draw) { return net(x, draw); }, parameters, {3, 2, 2});
  CHECK(text.find("input              [1, 3, 2, 2]") != std::string::npos);
  CHECK(text.find("linear0            [1, 100]                  1,300          1,200") != std::string::npos);
  CHECK(text.find("in all                                       1,502          1,400") != std::string::npos);
}
