#include "autograd/prepared_weights.h"

#include "autograd/ops/add.h"
#include "autograd/ops/conv2d.h"
#include "autograd/ops/linear.h"
#include "autograd/ops/sum.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("A weight that is used in two forms is prepared in both, and each op finds its own") {
  Parameters parameters;
  const Slot weight = parameters.add("w", {32, 40, 3, 3}), bias = parameters.add("b", {32});
  Random random(5);
  for (Scalar& number : parameters.numbers()) number = static_cast<Scalar>(random.normal());
  const Tensor large = random_tensor({1, 9, 9, 40}, 1), small = random_tensor({1, 4, 4, 40}, 2);
  const auto tile = [&](const Tensor& x) {
    return kernels::convolution(x.shape(), weight.shape, 1, 1, kernels::ConvolutionMethod::winograd).tile;
  };
  REQUIRE(tile(large) != tile(small));
  PreparedWeights prepared;
  const auto gradient = [&](const PreparedWeights* forms) {
    std::vector<Scalar> row(static_cast<std::size_t>(parameters.size()));
    Tape tape;
    tape.start(parameters, row, forms);
    const Var w = tape.parameter(weight), b = tape.parameter(bias);
    const Var one = conv2d(tape.constant(large), w, b, {.padding = 1}),
              two = conv2d(tape.constant(small), w, b, {.padding = 1});
    tape.backward(add(sum(one), sum(two)));
    if (forms == nullptr) prepared.add(tape.missing_forms());
    if (forms != nullptr) CHECK(tape.missing_forms().empty());
    return row;
  };
  const std::vector<Scalar> alone = gradient(nullptr);
  prepared.prepare(parameters, Threads(1));
  CHECK(gradient(&prepared) == alone);
}

TEST_CASE("A form is ready after the next preparation, holds the current weights and belongs to one slot") {
  Parameters parameters;
  const Slot first = parameters.add("first", {2, 3}), second = parameters.add("second", {2, 3});
  const WeightForm copy{6,
                        [](TensorView w, const WeightForm&, Scalar* to, int part, int parts) {
                          for (Index i = part; i < w.size(); i += parts) to[i] = w[i];
                        },
                        false};
  PreparedWeights prepared;
  const SlotForm missing_forms[] = {{first.index, copy}, {second.index, copy}, {first.index, copy}};
  prepared.add(missing_forms);
  CHECK(prepared.find(first, copy) == nullptr);
  for (const int round : {1, 2}) {
    for (std::size_t i = 0; i < 12; ++i) parameters.numbers()[i] = static_cast<Scalar>(i * round);
    prepared.prepare(parameters, Threads(2));
    for (Index i = 0; i < 6; ++i) {
      CHECK(prepared.find(first, copy)[i] == static_cast<Scalar>(i * round));
      CHECK(prepared.find(second, copy)[i] == static_cast<Scalar>((6 + i) * round));
    }
  }
  WeightForm back = copy;
  back.back = true;
  CHECK(prepared.find(first, back) == nullptr);
}
