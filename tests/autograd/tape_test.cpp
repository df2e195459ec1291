#include "autograd/tape.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "autograd/ops/add.h"
#include "autograd/ops/group_norm.h"
#include "autograd/ops/linear.h"
#include "autograd/ops/mul.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/sum.h"
#include "autograd/ops/tanh.h"
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
  CHECK_THROWS_WITH_AS(tape.start(parameters, row),
                       "tape: a gradient row has one number per weight\n    weights 2\n    row     3", Error);
}

TEST_CASE("A seed of another shape is refused") {
  Parameters none;
  const Tensor x(Shape{3});
  Tensor dx(Shape{3});
  Tape tape;
  tape.start(none);
  const Var y = relu(tape.variable(x, dx));
  CHECK_THROWS_WITH_AS(tape.backward(y, Tensor(Shape{2})),
                       "backward: the seed must have the shape of y\n    y    [3]\n    seed [2]", Error);
}

TEST_CASE("The tape prints index, op, inputs, shape, formulas and the line that recorded each entry") {
  Parameters parameters;
  const Slot slot = parameters.add("w", {2, 3});
  Tape tape;
  tape.start(parameters);
  relu(tape.parameter(slot));
  const std::string text = tape.text();
  CHECK(text.find("%0   parameter       w               [2, 3]            weights") == 0);
  CHECK(text.find("\n%1   relu            %0              [2, 3]            y = max(x, 0)") !=
        std::string::npos);
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

TEST_CASE("A checked backward pass stops at the first op with an infinite or NaN input gradient") {
  // y = (x b) b at x = 0: every value is finite, dy / d(x b) = b is, and dy / dx = b b is not
  Parameters parameters;
  const Slot slot = parameters.add("x", {2});
  const Tensor big(Shape{2}, std::vector<Scalar>{1, std::numeric_limits<Scalar>::max() / 2});
  std::vector<Scalar> row(2);
  Tape tape;
  tape.start(parameters, row);
  const Var b = tape.constant(big);
  const Var inner = mul(tape.parameter(slot), b);
  const Var outer = mul(inner, b);
  const int culprit = tape.checked_backward(sum(outer));
  CHECK(culprit == inner.index());
  CHECK(tape.first_non_finite() == -1);
  const TensorView dy = tape.entry(culprit).gradient;
  REQUIRE(dy.size() == 2);
  CHECK(dy[1] == big[1]);
  CHECK(row == std::vector<Scalar>{1, std::numeric_limits<Scalar>::infinity()});
}

TEST_CASE("Without a plan, a checked backward pass keeps the output gradient of the op at fault") {
  // group_norm may write dx over dy. Here dy is large but finite, and dx = 10 dy is not.
  constexpr Scalar big = std::numeric_limits<Scalar>::max() / 4;
  const Tensor x(Shape{1, 2, 2, 1},
                 std::vector<Scalar>{Scalar(0.1), Scalar(-0.1), Scalar(0.1), Scalar(-0.1)});
  const Tensor dy(x.shape(),
                  std::vector<Scalar>{big, big, -big, -big});  // of mean 0 and without a component along x
  const Tensor one(Shape{1}, std::vector<Scalar>{1}), zero(Shape{1}), zeros(x.shape());
  Tensor dx(x.shape());
  Parameters none;
  Tape tape;
  tape.start(none);
  const Var inner = add(tape.variable(x, dx), tape.constant(zeros));
  const Var y = group_norm(inner, tape.constant(one), tape.constant(zero), 1);
  const int culprit = tape.checked_backward(sum(mul(y, tape.constant(dy))));
  REQUIRE(culprit == y.index());
  const TensorView given = tape.entry(culprit).gradient;
  REQUIRE(given.size() == 4);
  for (Index i = 0; i < 4; ++i) CHECK(given[i] == dy[i]);
}

TEST_CASE("A checked backward pass with finite numbers gives the gradients of an unchecked one") {
  Parameters parameters;
  const Slot slot = parameters.add("w", {3});
  parameters.numbers()[0] = 2;
  std::vector<Scalar> rows[2];
  for (const bool checked : {false, true}) {
    rows[checked].resize(3);
    Tape tape;
    tape.start(parameters, rows[checked]);
    const Var w = tape.parameter(slot);
    const Var loss = sum(tanh(mul(w, w)));
    if (checked)
      CHECK(tape.checked_backward(loss) == -1);
    else
      tape.backward(loss);
  }
  CHECK(rows[0] == rows[1]);
  CHECK(rows[0][0] != 0);
}

TEST_CASE("A pass lists the weight forms that it made itself, not those of earlier passes") {
  Parameters parameters;
  const Slot w = parameters.add("w", {4, 3}), b = parameters.add("b", {4});
  const Tensor x(Shape{2, 3});
  Tape tape;
  for (int pass = 0; pass < 2; ++pass) {
    tape.start(parameters);
    linear(tape.constant(x), tape.parameter(w), tape.parameter(b));
    CHECK(tape.missing_forms().size() == 1);
  }
}
