#include "nn/mlp.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

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

TEST_CASE("Initializers have the standard deviation given in their papers") {
  const auto spread = [](nn::Initializer initializer) {
    Parameters parameters;
    const nn::Mlp net(parameters, {.inputs = 300, .hidden = {}, .outputs = 100, .initializer = initializer},
                      Random(1));
    const auto w = parameters[parameters.slots()[0]].array();
    return std::sqrt(static_cast<double>(w.square().mean()));
  };
  CHECK(spread(nn::Initializer::pytorch) == doctest::Approx(1 / std::sqrt(3.0 * 300)).epsilon(0.02).scale(0));
  CHECK(spread(nn::Initializer::kaiming_normal) ==
        doctest::Approx(std::sqrt(2.0 / 300)).epsilon(0.02).scale(0));
  CHECK(spread(nn::Initializer::xavier_uniform) ==
        doctest::Approx(std::sqrt(2.0 / 400)).epsilon(0.02).scale(0));
}

TEST_CASE("Each initializer sets the biases by its own rule") {
  const auto bias = [](nn::Initializer initializer) {
    Parameters parameters;
    const nn::Mlp net(parameters, {.inputs = 4, .hidden = {}, .outputs = 1, .initializer = initializer},
                      Random(1));
    return parameters.numbers().back();
  };
  CHECK(bias(nn::Initializer::kaiming_normal) == Scalar(0.01));
  CHECK(bias(nn::Initializer::xavier_uniform) == 0);
  CHECK(std::fabs(bias(nn::Initializer::pytorch)) <= Scalar(0.5));
  CHECK(bias(nn::Initializer::pytorch) != 0);
}

TEST_CASE(
    "An MLP applies the chosen activation between its layers, leaky_relu with its slope, and none after the "
    "last") {
  const auto output = [](nn::Activation activation) {
    Parameters parameters;
    const nn::Mlp net(parameters,
                      {.inputs = 1, .hidden = {1}, .outputs = 1, .activation = activation, .slope = 0.25},
                      Random(1));
    const Scalar weights[] = {1, 0, 2, 0};
    std::copy(std::begin(weights), std::end(weights), parameters.numbers().begin());
    const Tensor x(Shape{1, 1}, std::vector<Scalar>{-1});
    Tape tape;
    tape.start(parameters);
    return static_cast<double>(net(tape.constant(x)).value()[0]);
  };
  CHECK(output(nn::Activation::leaky_relu) == -0.5);
  CHECK(output(nn::Activation::relu) == 0);
  CHECK(output(nn::Activation::tanh) == doctest::Approx(2 * std::tanh(-1.0)));
}

TEST_CASE("Each hidden layer of an MLP has its own dropout in training and none in a prediction") {
  Parameters parameters;
  const nn::Mlp net(
      parameters,
      {.inputs = 3, .hidden = {200, 200}, .outputs = 2, .activation = nn::Activation::tanh, .dropout = 0.5},
      Random(1));  // tanh makes no zeros of its own
  const Tensor x(Shape{1, 3}, std::vector<Scalar>{1, 2, 3});
  const std::vector<std::uint32_t> examples = {4};
  const auto dropped = [&](const Draw& draw) {  // indices of the dropped numbers of each dropout
    Tape tape;
    tape.start(parameters);
    net(tape.constant(x), draw);
    std::vector<std::vector<bool>> found;
    for (int i = 0; i < tape.size(); ++i) {
      if (std::string(tape.entry(i).doc.name) != "dropout") continue;
      const TensorView after = tape.entry(i).value;
      found.emplace_back();
      for (Index j = 0; j < after.size(); ++j) found.back().push_back(after[j] == 0);
    }
    return found;
  };
  CHECK(dropped({}).empty());
  const std::vector<std::vector<bool>> layers = dropped({7, 3, examples});
  REQUIRE(layers.size() == 2);
  for (std::uint32_t layer = 0; layer < 2; ++layer)
    CHECK(std::count(layers[layer].begin(), layers[layer].end(), true) >
          static_cast<std::ptrdiff_t>(layers[layer].size() / 4));
  CHECK(layers[0] != layers[1]);
}

TEST_CASE("The summary lists weights and multiply-adds of each layer, and their totals") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 12, .hidden = {100}, .outputs = 2}, Random(1));
  const std::string text =
      nn::summary([&](Var x, const Draw& draw) { return net(x, draw); }, parameters, {3, 2, 2});
  CHECK(text.find("input              [1, 3, 2, 2]") != std::string::npos);
  CHECK(text.find("linear0            [1, 100]                  1,300          1,200") != std::string::npos);
  CHECK(text.find("in all                                       1,502          1,400") != std::string::npos);
}

TEST_CASE("A summary groups the digits of a number by threes") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 2000, .hidden = {}, .outputs = 617}, Random(1));
  const std::string text =
      nn::summary([&](Var x, const Draw& draw) { return net(x, draw); }, parameters, {2000});
  CHECK(text.find("     1,234,617      1,234,000") != std::string::npos);
}
