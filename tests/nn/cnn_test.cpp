#include "nn/cnn.h"

#include "autograd/domain_gradients.h"
#include "nn/objectives.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

Batch random_batch(const std::vector<Index>& rows, const Shape& image, int classes) {
  Batch batch;
  Random random(3);
  for (const Index n : rows) {
    DomainRows domain;
    domain.inputs = random_tensor({n, image[0], image[1], image[2]}, static_cast<std::uint64_t>(100 + n));
    for (Index i = 0; i < n; ++i) {
      domain.labels.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(classes))));
      domain.examples.push_back(static_cast<std::uint32_t>(i));
    }
    batch.domains.push_back(std::move(domain));
  }
  return batch;
}

std::vector<Scalar> rows_of(const GradientTable& g) {
  std::vector<Scalar> numbers;
  for (int e = 0; e < g.domains(); ++e) numbers.insert(numbers.end(), g.row(e).begin(), g.row(e).end());
  return numbers;
}

}  // namespace

TEST_CASE("MNIST_CNN and SmallCnn have DomainBed's slots and numbers of weights") {
  Parameters mnist, small;
  const nn::Cnn a(mnist, nn::mnist_cnn({2, 28, 28}, 2), Random(1)),
      b(small, nn::small_cnn({3, 64, 64}, 7), Random(1));
  CHECK(mnist.size() == 371394);
  CHECK(small.size() == 242439);
  std::vector<std::string> names;
  for (const Slot& slot : mnist.slots()) names.push_back(slot.name);
  CHECK(names == std::vector<std::string>{"conv0.weight", "conv0.bias", "norm0.weight", "norm0.bias",
                                          "conv1.weight", "conv1.bias", "norm1.weight", "norm1.bias",
                                          "conv2.weight", "conv2.bias", "norm2.weight", "norm2.bias",
                                          "conv3.weight", "conv3.bias", "norm3.weight", "norm3.bias",
                                          "linear.weight", "linear.bias"});
  CHECK(mnist.slot("conv1.weight").shape == Shape{128, 64, 3, 3});
}

TEST_CASE(
    "MNIST_CNN and SmallCnn have DomainBed's layers: convolution, ReLU, norm of 8 groups, block by block, "
    "then mean and linear") {
  struct Expected {
    nn::CnnOptions options;
    std::vector<Shape> blocks;
  };
  for (const auto& [options, blocks] :
       {Expected{nn::mnist_cnn({2, 28, 28}, 2),
                 {{1, 28, 28, 64}, {1, 14, 14, 128}, {1, 14, 14, 128}, {1, 14, 14, 128}}},
        Expected{nn::small_cnn({3, 64, 64}, 7),
                 {{1, 64, 64, 32}, {1, 32, 32, 64}, {1, 16, 16, 128}, {1, 8, 8, 128}}}}) {
    Parameters parameters;
    const nn::Cnn net(parameters, options, Random(1));
    const Tensor x = random_tensor({1, options.image[0], options.image[1], options.image[2]}, 2);
    Tape tape;
    tape.start(parameters);
    net(tape.constant(x));
    std::vector<std::string> names, expected = {"constant", "channels_last"};
    std::vector<Shape> shapes;
    for (int i = 0; i < tape.size(); ++i) {
      const Tape::Entry entry = tape.entry(i);
      if (entry.slot == nullptr) names.emplace_back(entry.doc.name);
      if (std::string(entry.doc.name) != "group_norm") continue;
      shapes.push_back(entry.shape);
      const Index channels = entry.shape[3];
      const auto mean_of = [&](Index first, Index count) {  // of some channels, over all pixels
        double sum = 0;
        for (Index pixel = 0; pixel < entry.value.size() / channels; ++pixel)
          for (Index c = first; c < first + count; ++c)
            sum += static_cast<double>(entry.value[pixel * channels + c]);
        return sum / static_cast<double>(entry.value.size() / channels * count);
      };
      for (Index first = 0; first < channels; first += channels / 8) {
        CHECK(std::fabs(mean_of(first, channels / 8)) < 1e-4);
        CHECK(std::fabs(mean_of(first, channels / 16)) > 1e-4);  // half a group has a mean of its own
      }
    }
    for (std::size_t block = 0; block < blocks.size(); ++block)
      for (const char* name : {"conv2d", "relu", "group_norm"}) expected.emplace_back(name);
    expected.insert(expected.end(), {"mean_pool2d", "linear"});
    CHECK(names == expected);
    CHECK(shapes == blocks);
  }
}

TEST_CASE(
    "Initial weights of a convolution are within 1 / sqrt(fan in), those of a normalization are 1 and 0") {
  Parameters parameters;
  const nn::Cnn net(parameters, nn::mnist_cnn({2, 28, 28}, 2), Random(1));
  const auto greatest = [&](const char* name) {
    return std::as_const(parameters)[parameters.slot(name)].array().abs().maxCoeff();
  };
  CHECK(greatest("conv0.weight") <= 1 / std::sqrt(18.0));
  CHECK(greatest("conv0.weight") > 0.95 / std::sqrt(18.0));
  CHECK(greatest("conv1.bias") <= 1 / std::sqrt(576.0));
  CHECK((std::as_const(parameters)[parameters.slot("norm2.weight")].array() == 1).all());
  CHECK(greatest("norm2.bias") == 0);
}

TEST_CASE(
    "The whole MNIST_CNN has the gradient of its formula, by central differences on a sample of every slot") {
  if (sizeof(Scalar) != 8) return;  // checked in the double build only
  for (const kernels::ConvolutionMethod method :
       {kernels::ConvolutionMethod::direct, kernels::ConvolutionMethod::winograd}) {
    Parameters parameters;
    nn::CnnOptions options = nn::mnist_cnn({2, 10, 10}, 2);
    options.activation = nn::Activation::tanh;
    options.convolution = method;
    const nn::Cnn net(parameters, options, Random(1));
    const Batch batch = random_batch({2, 3}, options.image, 2);
    DomainGradients engine(net, parameters, {.tile_rows = 2, .shards = 4});
    const nn::CrossEntropy objective;
    const std::vector<Scalar> table = rows_of(engine(batch, objective));
    Random pick(5);
    const double h = 1e-3;
    for (const Slot& slot : parameters.slots()) {
      double largest = 0;
      for (Index j = 0; j < slot.shape.size(); ++j)
        largest = std::max(largest,
                           std::fabs(static_cast<double>(table[static_cast<std::size_t>(slot.offset + j)])));
      for (int sample = 0; sample < 4; ++sample) {
        const Index j = slot.offset + pick.below(static_cast<std::uint32_t>(slot.shape.size()));
        Scalar& weight = parameters.numbers()[static_cast<std::size_t>(j)];
        const Scalar before = weight;
        double sum[2] = {};
        for (const auto& [move, factor] : {std::pair{h, 8.0}, {-h, -8.0}, {2 * h, -1.0}, {-2 * h, 1.0}}) {
          weight = static_cast<Scalar>(before + move);
          const GradientTable& g = engine(batch, objective);
          for (std::size_t e = 0; e < 2; ++e) sum[e] += factor * g.losses()[e];
        }
        weight = before;
        for (Index e = 0; e < 2; ++e) {
          const double difference = sum[e] / (12 * h),
                       backward = table[static_cast<std::size_t>(e * parameters.size() + j)];
          CHECK(std::fabs(difference - backward) <=
                1e-7 * std::max({std::fabs(difference), std::fabs(backward), 0.1 * largest}));
        }
      }
    }
  }
}

TEST_CASE(
    "Gradients of a convolutional network have the same bits for any number of threads, in tiles and term by "
    "term") {
  for (const kernels::ConvolutionMethod method :
       {kernels::ConvolutionMethod::direct, kernels::ConvolutionMethod::winograd}) {
    Parameters parameters;
    nn::CnnOptions options = nn::mnist_cnn({1, 12, 12}, 3);
    options.convolution = method;
    options.dropout = 0.2;
    const nn::Cnn net(parameters, options, Random(1));
    const Batch batch = random_batch({13, 9}, options.image, 3);
    const nn::CrossEntropy objective;
    std::vector<Scalar> expected;
    for (const int threads : {1, 2, 3, 4, 7}) {
      DomainGradients engine(net, parameters, {.tile_rows = 3, .threads = Threads(threads)});
      engine(batch, objective);  // makes the forms of the weights itself
      const std::vector<Scalar> table = rows_of(engine(batch, objective));  // finds them prepared
      if (threads == 1) expected = table;
      CHECK(table == expected);
    }
  }
}

TEST_CASE(
    "Reused memory changes no gradient of a convolutional network, in tiles or term by term, and both "
    "agree") {
  for (const nn::Activation activation : {nn::Activation::relu, nn::Activation::leaky_relu}) {
    std::vector<Scalar> gradients[2];
    for (const kernels::ConvolutionMethod method :
         {kernels::ConvolutionMethod::direct, kernels::ConvolutionMethod::winograd}) {
      Parameters parameters;
      nn::CnnOptions options = nn::mnist_cnn({2, 14, 14}, 2);
      options.activation = activation;
      options.convolution = method;
      const nn::Cnn net(parameters, options, Random(1));
      const Tensor x = random_tensor({2, 2, 14, 14}, 7);
      const std::vector<std::int32_t> labels = {0, 1};
      std::vector<Scalar>& planned = gradients[method == kernels::ConvolutionMethod::winograd];
      std::vector<Scalar> kept(static_cast<std::size_t>(parameters.size()));
      planned = kept;
      Passes passes([&](Var y, const Draw& draw) { return net(y, draw); }, parameters, 1);
      passes.dry_run(x.view().rows(0, 1), {}, planned);
      passes.prepare(Threads(1));
      Tape& tape = passes.tape(0);
      tape.backward(nn::CrossEntropy{}.loss(passes.forward(tape, x, {}, planned), labels, 2));
      Tape keeper;
      keeper.start(parameters, kept);
      keeper.backward(nn::CrossEntropy{}.loss(net(keeper.constant(x)), labels, 2));
      CHECK(planned == kept);
      CHECK(tape.bytes() < keeper.bytes());
    }
    double difference = 0, size = 0;
    for (std::size_t j = 0; j < gradients[0].size(); ++j) {
      difference += std::pow(static_cast<double>(gradients[0][j] - gradients[1][j]), 2);
      size += std::pow(static_cast<double>(gradients[0][j]), 2);
    }
    CHECK(std::sqrt(difference / size) < (sizeof(Scalar) == 8 ? 1e-12 : 1e-4));
  }
}

TEST_CASE("A convolutional network has dropout before its last layer in training and none in a prediction") {
  Parameters parameters;
  nn::CnnOptions options = nn::small_cnn({3, 16, 16}, 5);
  options.dropout = 0.5;
  const nn::Cnn net(parameters, options, Random(1));
  const Tensor x = random_tensor({1, 3, 16, 16}, 1);
  const std::vector<std::uint32_t> examples = {4};
  for (const bool training : {false, true}) {
    Tape tape;
    tape.start(parameters);
    net(tape.constant(x), training ? Draw{7, 3, examples} : Draw{});
    CHECK(tape.entry(tape.size() - 4).doc.name ==
          std::string(training ? "dropout" : "mean_pool2d"));  // then weight, bias, linear
  }
}

TEST_CASE("An image's output depends on that image alone") {
  Parameters parameters;
  const nn::Cnn net(parameters, nn::small_cnn({3, 16, 16}, 5), Random(1));
  Tensor x = random_tensor({3, 3, 16, 16}, 1);
  const auto outputs = [&](TensorView rows) {
    Tape tape;
    tape.start(parameters);
    const Var y = net(tape.constant(rows));
    return std::vector<Scalar>(y.value().numbers().begin(), y.value().numbers().end());
  };
  const std::vector<Scalar> together = outputs(x), alone = outputs(x.view().rows(1, 1));
  CHECK(std::equal(alone.begin(), alone.end(), together.begin() + 5));
}

TEST_CASE("A convolutional network refuses invalid sizes") {
  Parameters parameters;
  const auto make = [&](const Shape& image, std::vector<nn::CnnBlock> blocks, Index outputs) {
    const nn::Cnn net(parameters, {.image = image, .blocks = std::move(blocks), .outputs = outputs},
                      Random(1));
  };
  CHECK_THROWS_WITH_AS(make({2, 28}, {{8}}, 2), doctest::Contains("an image [c, h, w]"), Error);
  CHECK_THROWS_WITH_AS(make({2, 28, 28}, {}, 2), doctest::Contains("at least one block"), Error);
  CHECK_THROWS_WITH_AS(make({2, 28, 28}, {{8}}, 0), doctest::Contains("outputs 0"), Error);
  CHECK_THROWS_WITH_AS(make({2, 28, 28}, {{12}}, 2), doctest::Contains("block  0: width 12, stride 1"),
                       Error);
}
