#include "experiments/setup/models.h"

#include <algorithm>
#include <charconv>

#include "experiments/setup/model_text.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

Error malformed(const std::string& description) {
  return Error(Fault::usage,
               "model: expected mlp:IN-HIDDEN-...-OUT with 2 to 33 widths, or MNIST_CNN or "
               "SmallCNN:CxHxW-CLASSES")
      .fact("found", description.substr(0, 200))
      .fact("range", "widths and classes 1 .. 1048576, C, H and W 1 .. 4096")
      .hint("--model mlp:18-256-256-2, --model MNIST_CNN:2x28x28-2");
}

/// "18-256-2" or "2x28x28" -> numbers between `separator`s, each from 1 to `greatest`.
std::vector<Index> numbers_of(const std::string& description, const std::string& text, char separator,
                              Index greatest) {
  constexpr std::size_t kMost = 33;
  std::vector<Index> numbers;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (true) {
    Index number = 0;
    const auto [next, failure] = std::from_chars(at, end, number);
    check(failure == std::errc() && number >= 1 && number <= greatest && numbers.size() < kMost,
          [&] { return malformed(description); });
    numbers.push_back(number);
    if (next == end) return numbers;
    check(*next == separator, [&] { return malformed(description); });
    at = next + 1;
  }
}

constexpr Index kWidest = 1 << 20, kLongestSide = 1 << 12;

constexpr const char* kActivations[] = {"relu", "leaky_relu", "tanh",
                                        "sigmoid"};  // in the enumeration's order

/// A text of layers with its sizes: "cnn:conv8,relu,mean:3x64x64-7".
std::unique_ptr<Model> make_described(const std::string& description, ModelSetting setting,
                                      std::uint64_t seed) {
  const std::size_t colon = description.rfind(':'), dash = description.rfind('-');
  check(colon > 3 && dash != std::string::npos && dash > colon, [&] {
    return Error(Fault::usage, "model: a text of layers needs its sizes here")
        .fact("found", description.substr(0, 200))
        .hint("cnn:conv8,relu,mean:3x64x64-7 for images of 3 x 64 x 64 and 7 classes, mlp:64-64,tanh:18-2");
  });
  const std::string input = description.substr(colon + 1, dash - colon - 1);
  const bool image = input.find('x') != std::string::npos;
  const std::vector<Index> example = numbers_of(description, input, 'x', image ? kLongestSide : kWidest);
  check(example.size() == 1 || example.size() == 3, [&] { return malformed(description); });
  setting.example = Shape(example);
  setting.outputs = numbers_of(description, description.substr(dash + 1), '-', kWidest)[0];
  return make_model(parse_model_text(description.substr(0, colon)), setting, seed);
}

}  // namespace

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names = {"MLP", "MNIST_CNN", "SmallCNN"};
  return names;
}

std::unique_ptr<Model> make_mlp(const nn::MlpOptions& options, const Shape& example, std::uint64_t seed) {
  auto model = std::make_unique<Model>();
  model->example = example;
  model->tile_rows = DomainGradientsOptions{}.tile_rows;
  model->outputs = options.outputs;
  model->description = "mlp:" + std::to_string(options.inputs);
  for (const Index width : options.hidden) model->description += "-" + std::to_string(width);
  model->description += "-" + std::to_string(options.outputs);
  model->network = [mlp = nn::Mlp(model->parameters, options, Random(seed))](Var x, const Draw& draw) {
    return mlp(x, draw);
  };
  return model;
}

std::unique_ptr<Model> make_cnn(const CnnRequest& request, std::uint64_t seed) {
  const Shape& image = request.image;
  check(image.rank() == 3, [&] {
    return Error(Fault::usage, "model: " + request.name + " needs images [c, h, w]")
        .fact("found", image.text())
        .hint("--model MLP");
  });
  nn::CnnOptions options = request.name == "SmallCNN" ? nn::small_cnn(image, request.outputs)
                                                      : nn::mnist_cnn(image, request.outputs);
  options.activation = request.activation;
  options.initializer = request.initializer;
  options.dropout = request.dropout;
  options.convolution = request.convolution;
  auto model = std::make_unique<Model>();
  model->example = image;
  model->tile_rows = kImagesInTile;
  model->outputs = request.outputs;
  model->description = request.name + ":" + std::to_string(image[0]) + "x" + std::to_string(image[1]) + "x" +
                       std::to_string(image[2]) + "-" + std::to_string(request.outputs);
  model->network = [cnn = nn::Cnn(model->parameters, options, Random(seed))](Var x, const Draw& draw) {
    return cnn(x, draw);
  };
  return model;
}

std::unique_ptr<Model> make_model(const std::string& description, nn::Activation activation,
                                  std::uint64_t seed, kernels::ConvolutionMethod convolution) {
  if (is_model_text(description) &&
      (description.find(',') != std::string::npos || description.find(':') != description.rfind(':') ||
       description[0] == 'c' || description[0] == 'C'))
    return make_described(description, {.activation = activation, .convolution = convolution}, seed);
  const std::size_t colon = description.find(':');
  check(colon != std::string::npos, [&] { return malformed(description); });
  const std::string name = find_name("model", description.substr(0, colon), model_names()),
                    rest = description.substr(colon + 1);
  if (name == "MLP") {
    const std::vector<Index> widths = numbers_of(description, rest, '-', kWidest);
    check(widths.size() >= 2, [&] { return malformed(description); });
    return make_mlp({.inputs = widths.front(),
                     .hidden = {widths.begin() + 1, widths.end() - 1},
                     .outputs = widths.back(),
                     .activation = activation},
                    Shape{widths.front()}, seed);
  }
  const std::size_t dash = rest.find('-');
  check(dash != std::string::npos, [&] { return malformed(description); });
  const std::vector<Index> image = numbers_of(description, rest.substr(0, dash), 'x', kLongestSide);
  const std::vector<Index> classes = numbers_of(description, rest.substr(dash + 1), '-', kWidest);
  check(image.size() == 3 && classes.size() == 1, [&] { return malformed(description); });
  return make_cnn({.name = name,
                   .image = Shape(image),
                   .outputs = classes[0],
                   .activation = activation,
                   .convolution = convolution},
                  seed);
}

nn::Activation activation_named(const std::string& name) {
  const std::vector<std::string> names(std::begin(kActivations), std::end(kActivations));
  const std::string found = find_name("activation", name, names);
  return static_cast<nn::Activation>(std::find(names.begin(), names.end(), found) - names.begin());
}

const char* activation_name(nn::Activation activation) { return kActivations[static_cast<int>(activation)]; }

kernels::ConvolutionMethod convolution_named(const std::string& name) {
  return find_name("convolution", name, {"direct", "winograd"}) == "direct"
             ? kernels::ConvolutionMethod::direct
             : kernels::ConvolutionMethod::winograd;
}

}  // namespace sand::experiments
