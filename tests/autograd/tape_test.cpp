#include "autograd/tape.h"

#include <doctest/doctest.h>

#include <string>

#include "autograd/ops/add.h"
#include "autograd/ops/linear.h"
#include "autograd/ops/mul.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/sum.h"
#include "tests/autograd/leaves.h"

using namespace sand;

TEST_CASE("Backward sums over every path from the loss to a leaf") {
  // y = sum((x + x) x) = 2 sum x^2, so dy/dx = 4 x
  Parameters none;
  const Tensor x(Shape{3}, std::vector<Scalar>{1, -2, 3});
  Tensor dx(x.shape());
  Tape tape;
  tape.start(none);
  const Var leaf = tape.variable(x, dx);
  const Var twice = add(leaf, leaf);
  const Var product = mul(twice, leaf);
  tape.backward(sum(product));
  CHECK((dx.array() == 4 * x.array()).all());
}

TEST_CASE("Gradients are added to what the row holds") {
  Parameters parameters;
  const Slot slot = parameters.add("w", {2});
  std::vector<Scalar> row = {10, 20};
  Tape tape;
  tape.start(parameters, row);
  tape.backward(sum(tape.parameter(slot)));
  CHECK(row == std::vector<Scalar>{11, 21});
}

TEST_CASE("A pass without a gradient row is a prediction: nothing is differentiated") {
  Parameters parameters;
  const Slot slot = parameters.add("w", {2});
  Tape tape;
  tape.start(parameters);
  const Var loss = sum(relu(tape.parameter(slot)));
  tape.backward(loss);
  CHECK_FALSE(static_cast<bool>(loss.gradient()));
}

TEST_CASE("A row of the wrong length is refused") {
  Parameters parameters;
  parameters.add("w", {2});
  std::vector<Scalar> row(3);
  Tape tape;
  CHECK_THROWS_WITH_AS(tape.start(parameters, row), "tape: a gradient row has one number per weight\n    weights 2\n    row 3", Error);
}

TEST_CASE("A seed of another shape is refused") {
  Parameters none;
  const Tensor x(Shape{3});
  Tensor dx(Shape{3});
  Tape tape;
  tape.start(none);
  const Var y = relu(tape.variable(x, dx));
  CHECK_THROWS_WITH_AS(tape.backward(y, Tensor(Shape{2})), "backward: the seed must have the shape of y\n    y  [3]\n    seed [2]", Error);
}

TEST_CASE("The tape prints index, op, inputs, shape, formulas and the line that recorded each entry") {
  Parameters parameters;
  const Slot slot = parameters.add("w", {2, 3});
  Tape tape;
  tape.start(parameters);
  relu(tape.parameter(slot));
  const std::string text = tape.text();
  CHECK(text.find("%0   parameter       w               [2, 3]            weights") == 0);
  CHECK(text.find("\n%1   relu            %0              [2, 3]            y = max(x, 0)") != std::string::npos);
  CHECK(text.find("tape_test.cpp:") != std::string::npos);
}

TEST_CASE("The first entry with a NaN is found") {
  Parameters none;
  const Tensor good(Shape{2}, std::vector<Scalar>{1, -1});
  const Tensor bad(Shape{2}, std::vector<Scalar>{1, NAN});
  Tape tape;
  tape.start(none);
  const Var a = relu(tape.constant(good));
  CHECK(tape.first_non_finite() == -1);
  const Var b = tape.constant(bad);
  add(a, b);
  CHECK(tape.first_non_finite() == b.index());
}

TEST_CASE("Memory of a pass is used again by the next") {
  Parameters none;
  const Tensor x(Shape{100});
  Tape tape;
  const Scalar* first = nullptr;
  for (int pass = 0; pass < 3; ++pass) {
    tape.start(none);
    const Var y = relu(tape.constant(x));
    if (pass == 0) first = y.value().data();
    CHECK(y.value().data() == first);
  }
}
