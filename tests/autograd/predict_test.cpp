#include "autograd/predict.h"

#include <doctest/doctest.h>

#include "nn/mlp.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("A prediction is the network's output of each row, across tiles") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 3, .hidden = {17}, .outputs = 2, .dropout = 0.5}, Random(1));
  const Tensor inputs = random_tensor({131, 3}, 2);  // two tiles and three rows
  const Tensor outputs = predict(net, parameters, inputs);
  REQUIRE(outputs.shape() == Shape{131, 2});
  for (const Index row : {0, 63, 64, 127, 128, 130}) {
    Tape tape;
    tape.start(parameters);
    const Var alone = net(tape.constant(inputs.view().rows(row, 1)), {});
    CHECK(outputs[2 * row] == alone.value()[0]);
    CHECK(outputs[2 * row + 1] == alone.value()[1]);
  }
}
