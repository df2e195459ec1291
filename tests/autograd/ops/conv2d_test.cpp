#include "autograd/ops/conv2d.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

using kernels::ConvolutionMethod;

Var convolved(std::span<const Var> x, const Conv2dOptions& options) {
  return conv2d(x[0], x[1], x[2], options);
}

}  // namespace

TEST_CASE("conv2d has the gradient of its formula for x, w and b, term by term") {
  for (const Index kernel : {1, 3, 5})
    for (const Index stride : {1, 2, 3})
      check_op({Shape{2, 5, 7, 3}, Shape{4, 3, kernel, kernel}, Shape{4}}, [&](std::span<const Var> x) {
        return convolved(x, {.stride = stride, .padding = kernel / 2, .method = ConvolutionMethod::direct});
      });
  check_op({Shape{1, 3, 5, 17}, Shape{3, 17, 1, 5}, Shape{3}},
           [](std::span<const Var> x) { return conv2d(x[0], x[1], x[2]); });
}

TEST_CASE("conv2d has the gradient of its formula for x, w and b, in tiles") {
  if (sizeof(Scalar) != 8)
    return;  // checked in the double build only; the float build is compared with sums term by term below
  for (const Index stride : {1, 2}) {
    const Conv2dOptions options{.stride = stride, .padding = 1};
    const Shape x{1, 8, 8, 64}, w{48, 64, 3, 3};
    REQUIRE(kernels::convolution(x, w, stride, 1, options.method).tile > 0);
    // x and b are leaves; all 27,648 weights would take minutes: the next case checks them, and
    // tests/nn/cnn_test.cpp samples them
    const Tensor fixed = random_tensor(w, 9);
    check_op({x, Shape{48}}, [&](std::span<const Var> leaves) {
      const Var weight = leaves[0].tape().constant(fixed);
      const Var all[] = {leaves[0], weight, leaves[1]};
      return convolved(all, options);
    });
  }
}

TEST_CASE("conv2d gives the same gradients in tiles as term by term") {
  for (const Index stride : {1, 2}) {
    std::vector<Tensor> gradients[2];
    for (const ConvolutionMethod method : {ConvolutionMethod::direct, ConvolutionMethod::winograd}) {
      Parameters none;
      Tape tape;
      tape.start(none);
      const Tensor values[] = {random_tensor({3, 14, 14, 64}, 1), random_tensor({80, 64, 3, 3}, 2),
                               random_tensor({80}, 3)};
      std::vector<Tensor>& kept = gradients[method == ConvolutionMethod::winograd];
      std::vector<Var> leaves;
      for (const Tensor& value : values) kept.emplace_back(value.shape());
      for (std::size_t i = 0; i < 3; ++i) leaves.push_back(tape.variable(values[i], kept[i]));
      const Var y = convolved(leaves, {.stride = stride, .padding = 1, .method = method});
      tape.backward(y, random_tensor(y.shape(), 4));
      kept.emplace_back(y.shape(), y.value().numbers());
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const double error = (gradients[0][i].array() - gradients[1][i].array()).matrix().norm() /
                           gradients[0][i].array().matrix().norm();
      CHECK(error < (sizeof(Scalar) == 8 ? 1e-13 : 1e-5));
    }
  }
}

TEST_CASE("conv2d slides its filters over the image and equals sums computed by hand") {
  std::vector<Tensor> leaves;
  leaves.push_back(Tensor({1, 3, 3, 1}, std::vector<Scalar>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  leaves.push_back(Tensor({1, 1, 3, 3}, std::vector<Scalar>{0, 1, 0, 0, 10, 0, 0, 0, 100}));
  leaves.push_back(Tensor({1}, std::vector<Scalar>{0.5}));
  const Tensor y =
      value_of(leaves, [](std::span<const Var> x) { return convolved(x, {.stride = 2, .padding = 1}); });
  CHECK(y.shape() == Shape{1, 2, 2, 1});
  CHECK(y[0] == Scalar(10 * 1 + 100 * 5 + 0.5));
  CHECK(y[1] == Scalar(10 * 3 + 0.5));
  CHECK(y[2] == Scalar(1 * 4 + 10 * 7 + 0.5));
  CHECK(y[3] == Scalar(1 * 6 + 10 * 9 + 0.5));
}

TEST_CASE("conv2d at 5 x 5 with padding 2 is the sum of its formula, number by number") {
  const auto whole = [](const Shape& shape,
                        Index modulus) {  // small whole numbers, whose sums are exact in any order
    Tensor numbers(shape);
    for (Index i = 0; i < numbers.size(); ++i)
      numbers[i] = static_cast<Scalar>(i * i % modulus - modulus / 2);
    return numbers;
  };
  for (const Index stride : {1, 2, 3}) {
    std::vector<Tensor> leaves;
    leaves.push_back(whole({2, 6, 7, 3}, 7));
    leaves.push_back(whole({4, 3, 5, 5}, 11));
    leaves.push_back(whole({4}, 5));
    const Tensor &x = leaves[0], &w = leaves[1], &b = leaves[2];
    const Tensor y = value_of(
        leaves, [&](std::span<const Var> v) { return convolved(v, {.stride = stride, .padding = 2}); });
    REQUIRE(y.shape() == Shape{2, (6 - 1) / stride + 1, (7 - 1) / stride + 1, 4});
    Index place = 0;
    for (Index n = 0; n < 2; ++n)
      for (Index i = 0; i < y.shape()[1]; ++i)
        for (Index j = 0; j < y.shape()[2]; ++j)
          for (Index o = 0; o < 4; ++o) {
            double sum = static_cast<double>(b[o]);
            for (Index row = 0; row < 6; ++row)
              for (Index column = 0; column < 7; ++column)
                for (Index c = 0; c < 3; ++c) {
                  const Index u = row - i * stride + 2,
                              v = column - j * stride + 2;  // the tap that meets this pixel
                  if (u >= 0 && u < 5 && v >= 0 && v < 5)
                    sum += static_cast<double>(x[((n * 6 + row) * 7 + column) * 3 + c]) *
                           static_cast<double>(w[((o * 3 + c) * 5 + u) * 5 + v]);
                }
            CHECK(static_cast<double>(y[place++]) == sum);
          }
  }
}

TEST_CASE("conv2d gives the same bits with filters that were prepared beforehand") {
  Parameters parameters;
  const Slot weight = parameters.add("w", {32, 40, 3, 3}), bias = parameters.add("b", {32});
  Random random(5);
  for (Scalar& number : parameters.numbers()) number = static_cast<Scalar>(random.normal());
  const Tensor x = random_tensor({2, 9, 9, 40}, 1);
  PreparedWeights prepared;
  const auto gradient = [&](const PreparedWeights* filters) {
    std::vector<Scalar> row(static_cast<std::size_t>(parameters.size()));
    Tape tape;
    tape.start(parameters, row, filters);
    const Var w = tape.parameter(weight);
    const Var b = tape.parameter(bias);
    const Var y = conv2d(tape.constant(x), w, b, {.padding = 1});
    tape.backward(y, y.value());
    if (filters != nullptr) CHECK(tape.missing_forms().empty());
    prepared.add(tape.missing_forms());
    return row;
  };
  const std::vector<Scalar> alone = gradient(nullptr);
  prepared.prepare(parameters, Threads(1));
  CHECK(gradient(&prepared) == alone);
}

TEST_CASE("conv2d refuses shapes that do not fit and names their axes") {
  const auto message = [](const Shape& x, const Shape& w, const Shape& b, const Conv2dOptions& options) {
    std::vector<Tensor> leaves;
    for (const Shape& shape : {x, w, b}) leaves.emplace_back(shape);
    try {
      value_of(leaves, [&](std::span<const Var> v) { return convolved(v, options); });
      return std::string("no error");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  CHECK(message({32, 28, 28, 3}, {8, 1, 5, 5}, {8}, {})
            .find("conv2d: channels of x must equal those of w, and b must have one number per filter\n"
                  "    x      [32, 28, 28, 3]  [n, h, w, c]\n    w      [8, 1, 5, 5]  [out, c, kh, kw]\n    "
                  "b      [8]  [out]\n"
                  "    stride 1, padding 0\n    at ") == 0);
  CHECK(message({1, 8, 8, 1}, {1, 1, 2, 2}, {1}, {}).find("must be odd") != std::string::npos);
  CHECK(message({1, 8, 8, 1}, {1, 1, 2, 3}, {1}, {}).find("must be odd") != std::string::npos);
  CHECK(message({1, 8, 8, 1}, {1, 1, 3, 2}, {1}, {}).find("must be odd") != std::string::npos);
  CHECK(message({1, 8, 8, 1}, {1, 1, 1, 3}, {1}, {.padding = 1}).find("padding must be smaller") !=
        std::string::npos);
  CHECK(message({1, 8, 8, 1}, {1, 1, 3, 1}, {1}, {.padding = 1}).find("padding must be smaller") !=
        std::string::npos);
  CHECK(message({1, 2, 2, 1}, {1, 1, 3, 3}, {1}, {}).find("the filter is larger than x") !=
        std::string::npos);
  CHECK(message({1, 8, 8, 1}, {1, 1, 3, 3}, {1}, {.stride = 0}).find("stride must be at least 1") !=
        std::string::npos);
  CHECK(message({1, 8, 8, 1}, {1, 1, 3, 3}, {1}, {.padding = 3}).find("padding must be smaller") !=
        std::string::npos);
  CHECK(message({1, 8, 8}, {1, 1, 3, 3}, {1}, {}).find("need four axes") != std::string::npos);
}
