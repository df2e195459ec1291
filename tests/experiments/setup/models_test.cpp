#include "experiments/setup/models.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using sand::Error;
using sand::experiments::make_model;

TEST_CASE("A model is described by its widths") {
  const auto model = make_model("mlp:5-7-3", sand::nn::Activation::relu, 0);
  CHECK(model->description == "mlp:5-7-3");
  CHECK(model->example == sand::Shape{5});
  CHECK(model->parameters.size() == 5 * 7 + 7 + 7 * 3 + 3);
  CHECK(model->parameters.slots()[2].name == "linear1.weight");
  CHECK(make_model("mlp:5-3", sand::nn::Activation::relu, 0)->parameters.slots().size() == 2);
}

TEST_CASE("An invalid description of a model is refused before memory is allocated") {
  for (const char* wrong :
       {"", "mlp", "mlp:", "mlp:5", "mlp:5-", "mlp:-5-3", "mlp:5--3", "mlp:5-0", "mlp:5-3x", "mlp: 5-3",
        "cnn:5-3", "mlp:5-99999999999999999999", "mlp:5-1048577", "MNIST_CNN:2x28-2", "MNIST_CNN:2x28x28",
        "MNIST_CNN:2x28x28-2-2", "SmallCNN:3x64x4097-7", "MNIST_CNN:2x0x28-2", "MNIST_CNN:2-28-28-2"}) {
    try {
      make_model(wrong, sand::nn::Activation::relu, 0);
      FAIL_CHECK(wrong);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.fault() == sand::Fault::usage, wrong);
      CHECK_MESSAGE(std::string(error.what()).find("model: ") == 0, wrong);
    }
  }
  std::string deep = "mlp:1";
  for (int layer = 0; layer < 33; ++layer) deep += "-1";
  CHECK_THROWS_AS(make_model(deep, sand::nn::Activation::relu, 0), Error);
}

TEST_CASE("Activations are found by name") {
  CHECK(sand::experiments::activation_named("ReLU") == sand::nn::Activation::relu);
  CHECK(sand::experiments::activation_named("leaky_relu") == sand::nn::Activation::leaky_relu);
  CHECK(sand::experiments::activation_named("tanh") == sand::nn::Activation::tanh);
  CHECK_THROWS_AS(sand::experiments::activation_named("gelu"), Error);
}
