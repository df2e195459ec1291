#include "experiments/setup/model_text.h"

#include <doctest/doctest.h>

#include "experiments/setup/settings.h"
#include "tensor/error.h"

using sand::Error;
using namespace sand::experiments;
namespace nn = sand::nn;

namespace {

std::string told_by(const std::string& text) {
  try {
    return "accepted as " + parse_model_text(text).text;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("A text of layers is understood part by part, and spelled in one way") {
  const ModelText model =
      parse_model_text("CNN: conv32, relu,norm8, conv64x5/2, leaky_relu,maxpool2,Dropout0.10,mean");
  CHECK(model.text == "cnn:conv32,relu,norm8,conv64x5/2,leaky_relu,maxpool2,dropout0.1,mean");
  REQUIRE(model.layers.size() == 8);
  CHECK(model.layers[3] == nn::Layer{.kind = nn::Layer::Kind::conv, .size = 64, .kernel = 5, .stride = 2});
  CHECK(model.layers[6].rate == 0.1);
  CHECK(parse_model_text(model.text).text == model.text);
  CHECK(parse_model_text("cnn:conv32x3/1,sigmoid,meanpool3,flatten,linear10,tanh").text ==
        "cnn:conv32,sigmoid,meanpool3,flatten,linear10,tanh");
}

TEST_CASE("A text of an MLP has widths, and perhaps an activation and a rate of dropout, in any order") {
  const ModelText model = parse_model_text("MLP:64-32,dropout0.25,Tanh");
  CHECK(model.text == "mlp:64-32,tanh,dropout0.25");
  CHECK(model.hidden == std::vector<sand::Index>{64, 32});
  CHECK(model.activation == nn::Activation::tanh);
  CHECK(parse_model_text("mlp:8").text == "mlp:8");
  CHECK_FALSE(parse_model_text("mlp:8,dropout0").activation.has_value());
  CHECK(parse_model_text("mlp:8,dropout0").text == "mlp:8");
}

TEST_CASE("An unknown layer is named with its place, what is known, and a suggestion") {
  CHECK(told_by("cnn:conv32,rleu,mean") ==
        "model: no such layer\n"
        "    part  2\n"
        "    found rleu\n"
        "    known conv, relu, leaky_relu, tanh, sigmoid, norm, maxpool, meanpool, mean, flatten, linear or "
        "dropout\n"
        "    hint: did you mean relu?");
  CHECK(told_by("mlp:8,norm4").find("known relu, leaky_relu, tanh, sigmoid or dropout") !=
        std::string::npos);
  CHECK(told_by("cnn:conv32,pool2,mean").find("model: no such layer\n    part  2\n    found pool2") == 0);
}

TEST_CASE("A layer with the wrong numbers is refused with an example of the right ones") {
  for (const auto& [text, says] : std::vector<std::pair<const char*, const char*>>{
           {"cnn:conv,mean", "conv needs its channels: conv32"},
           {"cnn:conv32/,mean", "conv needs its channels: conv32"},
           {"cnn:conv32/2x5,mean", "conv needs its channels: conv32"},
           {"cnn:conv-3,mean", "conv needs its channels: conv32"},
           {"cnn:conv0,mean", "conv needs its channels: conv32"},
           {"cnn:conv99999999999999999999,mean", "conv needs its channels: conv32"},
           {"cnn:norm,mean", "norm needs the number of its groups: norm8"},
           {"cnn:norm8.5,mean", "norm takes one whole number"},
           {"cnn:relu2", "relu takes no number"},
           {"cnn:mean2", "mean takes no number"},
           {"cnn:maxpool", "maxpool needs the width of its windows: maxpool2"},
           {"cnn:linear", "linear needs its width: linear64"},
           {"cnn:dropout", "dropout needs a rate"},
           {"cnn:dropout1", "dropout needs a rate"},
           {"cnn:dropout-0.1", "dropout needs a rate"},
           {"cnn:conv8,,mean", "no such layer"},
           {"cnn:", "no such layer"},
           {"mlp:", "mlp needs the widths of its hidden layers"},
           {"mlp:tanh", "mlp needs the widths of its hidden layers"},
           {"mlp:64x64", "with a - between them"},
           {"mlp:64-", "mlp needs the widths of its hidden layers"},
           {"mlp:64,relu,tanh", "an mlp has one activation"},
           {"mlp:64,dropout0.1,dropout0.2", "dropout is given twice"},
           {"mlp:64,tanh3", "tanh takes no number"}}) {
    CAPTURE(text);
    const std::string message = told_by(text);
    CHECK_MESSAGE(message.find(says) != std::string::npos, message);
    CHECK(message.find("    part ") != std::string::npos);
  }
  CHECK(told_by("cnn:" + std::string(5000, 'a')).find("at most 4096 characters") != std::string::npos);
  std::string many = "cnn:relu";
  for (int i = 0; i < 64; ++i) many += ",relu";
  CHECK(told_by(many).find("at most 64 layers") != std::string::npos);
}

TEST_CASE("A described model has the weights that were counted, and its text with its sizes as description") {
  for (const char* text :
       {"cnn:conv8,relu,norm4,conv12x5/2,tanh,maxpool2,flatten,linear9,relu", "mlp:7-5,tanh"}) {
    const ModelText model = parse_model_text(text);
    const ModelSetting setting{.example = {2, 10, 9}, .outputs = 3};
    const auto made = make_model(model, setting, 1);
    CHECK(static_cast<double>(made->parameters.size()) == weights_of(model, setting));
    CHECK(made->description == std::string(text) + ":2x10x9-3");
    const auto again = make_model(made->description, nn::Activation::relu, 1);
    CHECK(again->description == made->description);
    CHECK(std::equal(again->parameters.numbers().begin(), again->parameters.numbers().end(),
                     made->parameters.numbers().begin()));
  }
}

TEST_CASE("MNIST_CNN written as layers has the first weights of MNIST_CNN, and mlp:256-256 those of MLP") {
  const auto layers = make_model(
      "cnn:conv64,relu,norm8,conv128/2,relu,norm8,conv128,relu,norm8,conv128,relu,norm8,mean:2x8x8-2",
      nn::Activation::relu, 5);
  const auto built = make_model("MNIST_CNN:2x8x8-2", nn::Activation::relu, 5);
  CHECK(std::equal(built->parameters.numbers().begin(), built->parameters.numbers().end(),
                   layers->parameters.numbers().begin(), layers->parameters.numbers().end()));
  const auto text = make_model("mlp:16-16:18-2", nn::Activation::relu, 5),
             plain = make_model("mlp:18-16-16-2", nn::Activation::relu, 5);
  CHECK(std::equal(plain->parameters.numbers().begin(), plain->parameters.numbers().end(),
                   text->parameters.numbers().begin(), text->parameters.numbers().end()));
}

TEST_CASE("The model of a run may be a text, which its settings spell in one way") {
  RunRequest request;
  request.model = "MLP: 8-4, Tanh";
  CHECK(resolve(request).model == "mlp:8-4,tanh");
  request.model = "cnn:conv8,rleu";
  CHECK_THROWS_WITH_AS(resolve(request), doctest::Contains("did you mean relu?"), Error);
  request.model = "mlq:8";
  CHECK_THROWS_WITH_AS(resolve(request), doctest::Contains("model: no such name"), Error);
}
