#include "nn/sequence.h"

#include <cmath>

#include "autograd/domain_gradients.h"
#include "nn/cnn.h"
#include "nn/mlp.h"
#include "nn/objectives.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

using Kind = nn::Layer::Kind;

std::vector<nn::Layer> layers_of_mnist_cnn() {
  std::vector<nn::Layer> layers;
  const Index widths[] = {64, 128, 128, 128};
  for (int block = 0; block < 4; ++block) {
    layers.push_back({.kind = Kind::conv, .size = widths[block], .stride = block == 1 ? 2 : 1});
    layers.push_back({.kind = Kind::relu});
    layers.push_back({.kind = Kind::norm, .size = 8});
  }
  layers.push_back({.kind = Kind::mean});
  return layers;
}

/// The output of a network for x, as numbers.
template <class Net>
std::vector<Scalar> outputs_of(const Net& net, const Parameters& parameters, TensorView x) {
  Tape tape;
  tape.start(parameters);
  const std::span<const Scalar> numbers = net(tape.constant(x)).value().numbers();
  return {numbers.begin(), numbers.end()};
}

std::string refusal_of(const nn::SequenceOptions& options) {
  try {
    nn::weights_of(options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE(
    "The layers of MNIST_CNN as a list have its slots, its first weights and its outputs, bit for bit") {
  Parameters built, listed;
  const nn::Cnn cnn(built, nn::mnist_cnn({2, 12, 12}, 3), Random(4));
  const nn::SequenceOptions options{.example = {2, 12, 12}, .layers = layers_of_mnist_cnn(), .outputs = 3};
  const nn::Sequence sequence(listed, options, Random(4));
  REQUIRE(listed.slots().size() == built.slots().size());
  for (std::size_t i = 0; i < built.slots().size(); ++i) {
    CHECK(listed.slots()[i].name == built.slots()[i].name);
    CHECK(listed.slots()[i].shape == built.slots()[i].shape);
  }
  CHECK(std::equal(built.numbers().begin(), built.numbers().end(), listed.numbers().begin()));
  const Tensor x = random_tensor({3, 2, 12, 12}, 5);
  CHECK(outputs_of(cnn, built, x) == outputs_of(sequence, listed, x));
  CHECK(nn::weights_of(options) == static_cast<double>(listed.size()));
}

TEST_CASE("Linear layers and activations as a list compute the outputs of an MLP, bit for bit") {
  Parameters built, listed;
  const nn::Mlp mlp(built, {.inputs = 7, .hidden = {5, 6}, .outputs = 2, .activation = nn::Activation::tanh},
                    Random(9));
  const nn::Sequence sequence(listed,
                              {.example = {7},
                               .layers = {{.kind = Kind::linear, .size = 5},
                                          {.kind = Kind::tanh},
                                          {.kind = Kind::linear, .size = 6},
                                          {.kind = Kind::tanh}},
                               .outputs = 2},
                              Random(9));
  CHECK(std::equal(built.numbers().begin(), built.numbers().end(), listed.numbers().begin()));
  const Tensor x = random_tensor({4, 7}, 5);
  CHECK(outputs_of(mlp, built, x) == outputs_of(sequence, listed, x));
}

TEST_CASE("A network of every kind of layer has the gradient of its formula, by central differences") {
  if (sizeof(Scalar) != 8) return;  // checked in the double build only
  Parameters parameters;
  const nn::Sequence net(parameters,
                         {.example = {2, 9, 8},
                          .layers = {{.kind = Kind::conv, .size = 4, .kernel = 5, .stride = 2},
                                     {.kind = Kind::sigmoid},
                                     {.kind = Kind::norm, .size = 2},
                                     {.kind = Kind::mean_pool, .size = 2},
                                     {.kind = Kind::conv, .size = 6},
                                     {.kind = Kind::tanh},
                                     {.kind = Kind::max_pool, .size = 2},
                                     {.kind = Kind::flatten},
                                     {.kind = Kind::linear, .size = 5},
                                     {.kind = Kind::leaky_relu},
                                     {.kind = Kind::dropout, .rate = 0.25}},
                          .outputs = 3},
                         Random(1));
  const Tensor x = random_tensor({2, 2, 9, 8}, 3);
  const std::vector<std::int32_t> labels = {2, 0};
  const std::vector<std::uint32_t> examples = {4, 5};
  const auto loss_of = [&](std::span<Scalar> gradient) {
    Tape tape;
    tape.start(parameters, gradient);
    const Var loss = nn::CrossEntropy{}.loss(net(tape.constant(x), {1, 2, examples}), labels, 2);
    if (!gradient.empty()) tape.backward(loss);
    return static_cast<double>(loss.value()[0]);
  };
  std::vector<Scalar> gradient(static_cast<std::size_t>(parameters.size()));
  loss_of(gradient);
  for (std::size_t j = 0; j < gradient.size(); j += 3) {
    const Scalar kept = parameters.numbers()[j];
    const double h = 1e-5;
    parameters.numbers()[j] = static_cast<Scalar>(kept + h);
    const double above = loss_of({});
    parameters.numbers()[j] = static_cast<Scalar>(kept - h);
    const double below = loss_of({});
    parameters.numbers()[j] = kept;
    CHECK(gradient[j] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-5).scale(1e-3));
  }
}

TEST_CASE("Dropout acts while training, by step and example, and not in a prediction") {
  Parameters parameters;
  const nn::Sequence net(
      parameters,
      {.example = {6},
       .layers = {{.kind = Kind::linear, .size = 40}, {.kind = Kind::dropout, .rate = 0.5}},
       .outputs = 1},
      Random(1));
  const Tensor x = random_tensor({1, 6}, 3);
  const std::vector<std::uint32_t> example = {4};
  const auto output = [&](const Draw& draw) {
    Tape tape;
    tape.start(parameters);
    return net(tape.constant(x), draw).value()[0];
  };
  CHECK(output({1, 2, example}) == output({1, 2, example}));
  CHECK(output({1, 2, example}) != output({1, 3, example}));
  CHECK(output({}) == output({}));
  CHECK(output({}) != output({1, 2, example}));
}

TEST_CASE(
    "A list that does not fit is refused with the layer at fault and what is before it, allocating nothing") {
  const Shape image{3, 8, 6};
  const auto told = [&](const std::vector<nn::Layer>& layers) {
    return refusal_of({.example = image, .layers = layers, .outputs = 2});
  };
  const nn::Layer conv{.kind = Kind::conv, .size = 12, .kernel = 3, .stride = 2};
  CHECK(told({conv, {.kind = Kind::norm, .size = 8}, {.kind = Kind::mean}}) ==
        "model: layer 2, norm8: the channels must be a multiple of its groups\n"
        "    before it an image of 4 x 3 pixels, 12 channels");
  CHECK(told({conv, {.kind = Kind::max_pool, .size = 4}}) ==
        "model: layer 2, maxpool4: its window must fit into the image\n"
        "    before it an image of 4 x 3 pixels, 12 channels");
  CHECK(told({conv}) ==
        "model: layer 2, the last linear layer: it needs a vector: put mean or flatten at the end\n"
        "    before it an image of 4 x 3 pixels, 12 channels");
  CHECK(told({{.kind = Kind::linear, .size = 5}}).find("layer 1, linear5: it needs a vector") !=
        std::string::npos);
  CHECK(told({{.kind = Kind::mean}, conv}) ==
        "model: layer 2, conv12/2: it needs an image\n    before it a vector of 3 numbers");
  CHECK(told({{.kind = Kind::conv, .size = 4, .kernel = 4}}).find("must be odd") != std::string::npos);
  CHECK(told({{.kind = Kind::mean}, {.kind = Kind::dropout, .rate = 1}}).find("below 1") !=
        std::string::npos);
  CHECK(told({{.kind = Kind::conv, .size = 0}}).find("in 1 .. 1048576") != std::string::npos);
  CHECK(refusal_of({.example = {5}, .layers = {conv}, .outputs = 2}).find("it needs an image") !=
        std::string::npos);
  // as many weights as no machine holds: counted, not allocated
  CHECK(nn::weights_of(
            {.example = {1 << 20}, .layers = {{.kind = Kind::linear, .size = 1 << 20}}, .outputs = 1}) >
        1e12);
}

TEST_CASE("The text of a layer has its numbers, without those that are the default") {
  CHECK(nn::Layer{.kind = Kind::conv, .size = 32}.text() == "conv32");
  CHECK(nn::Layer{.kind = Kind::conv, .size = 32, .kernel = 5, .stride = 2}.text() == "conv32x5/2");
  CHECK(nn::Layer{.kind = Kind::max_pool, .size = 2}.text() == "maxpool2");
  CHECK(nn::Layer{.kind = Kind::dropout, .rate = 0.1}.text() == "dropout0.1");
  CHECK(nn::Layer{.kind = Kind::mean}.text() == "mean");
}

TEST_CASE(
    "A convolution keeps the size of its image at stride 1, and halves it at stride 2, for all filters") {
  for (const Index kernel : {1, 3, 5, 7}) {
    Parameters parameters;
    const nn::Sequence net(parameters,
                           {.example = {2, 9, 8},
                            .layers = {{.kind = Kind::conv, .size = 4, .kernel = kernel},
                                       {.kind = Kind::conv, .size = 3, .kernel = kernel, .stride = 2},
                                       {.kind = Kind::flatten}},
                            .outputs = 1},
                           Random(1));
    CHECK(parameters.slot("linear.weight").shape == Shape{1, 5 * 4 * 3});
    CHECK(outputs_of(net, parameters, random_tensor({2, 2, 9, 8}, 1)).size() == 2);
  }
}

TEST_CASE("Two layers of dropout lose different numbers") {
  Parameters parameters;
  const nn::Sequence net(
      parameters,
      {.example = {1000},
       .layers = {{.kind = Kind::dropout, .rate = 0.5}, {.kind = Kind::dropout, .rate = 0.5}},
       .outputs = 1},
      Random(1));
  const std::vector<std::uint32_t> example = {4};
  const Tensor x = random_tensor({1, 1000}, 3);
  Tape tape;
  tape.start(parameters);
  net(tape.constant(x), {1, 2, example});
  std::vector<Index> kept;
  for (int i = 0; i < tape.size(); ++i)
    if (std::string(tape.entry(i).doc.name) == "dropout")
      kept.push_back((tape.entry(i).value.array() != Scalar{0}).count());
  REQUIRE(kept.size() == 2);
  CHECK(std::abs(kept[0] - 500) < 80);  // five standard deviations
  CHECK(std::abs(kept[1] - 250) < 70);
}
