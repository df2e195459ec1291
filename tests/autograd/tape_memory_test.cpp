// Plans, in-place ops and reused memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/ops/add.h"
#include "autograd/ops/group_norm.h"
#include "autograd/ops/linear.h"
#include "autograd/ops/mul.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/sum.h"
#include "autograd/ops/tanh.h"
#include "autograd/tape.h"
#include "tests/autograd/leaves.h"

using namespace sand;

namespace {

/// The plan of the ops that `record` records on a tape over these parameters.
template <class Record>
Plan plan_of(const Parameters& parameters, std::span<Scalar> row, const Record& record) {
  Tape tape;
  tape.start(parameters, row);
  return tape.plan(record(tape));
}

}  // namespace

TEST_CASE("An in-place op takes the memory of a value that no op reads again, with the same gradients") {
  Parameters parameters;
  const Slot w = parameters.add("w", {4, 3}), b = parameters.add("b", {4});
  for (Index i = 0; i < parameters.size(); ++i)
    parameters.numbers()[static_cast<std::size_t>(i)] = Scalar(i % 5) - 2;
  const Tensor x(Shape{2, 3}, std::vector<Scalar>{1, -2, 3, 0.5, 1, -1});
  std::vector<Scalar> rows[2];
  for (const bool planned : {false, true}) {
    rows[planned].resize(static_cast<std::size_t>(parameters.size()));
    const auto record = [&](Tape& tape) {
      return relu(linear(tape.constant(x), tape.parameter(w), tape.parameter(b)));
    };
    const Plan plan = plan_of(parameters, rows[planned], record);
    Tape tape;
    tape.start(parameters, rows[planned], nullptr, planned ? &plan : nullptr);
    const Var z = record(tape);
    const TensorView y = tape.entry(z.index() - 1).value;
    CHECK((z.value().data() == y.data()) == planned);
    tape.backward(sum(mul(z, z)));
  }
  CHECK(rows[0] == rows[1]);
  CHECK(std::any_of(rows[0].begin(), rows[0].end(), [](Scalar g) { return g != 0; }));
}

TEST_CASE("An in-place gradient is still added to others, and others are added to it") {
  const Tensor x = testing::random_tensor({2, 3, 2, 4}, 1), c = testing::random_tensor({2, 3, 2, 4}, 2),
               g = testing::random_tensor({4}, 3), b = testing::random_tensor({4}, 4);
  const Tensor zero(x.shape());
  enum class Reader {
    alone,
    last,
    first
  };  // when group_norm reads y; the op that reads a value last adds its gradient first
  const auto gradient = [&](bool planned, Reader reader) {
    Parameters none;
    Tensor dx(x.shape());
    const auto record = [&](Tape& tape) {
      const Var y = add(tape.variable(x, dx), tape.constant(zero)), weight = tape.constant(c);
      const auto normed = [&] {
        return mul(relu(group_norm(y, tape.constant(g), tape.constant(b), 2)), weight);
      };
      if (reader == Reader::alone) return sum(normed());
      if (reader == Reader::last) {
        const Var other = mul(y, weight);
        return sum(add(other, normed()));
      }
      const Var first = normed();
      return sum(add(first, mul(y, weight)));
    };
    const Plan plan = plan_of(none, {}, record);
    Tape tape;
    tape.start(none, {}, nullptr, planned ? &plan : nullptr);
    tape.backward(record(tape));
    return std::vector<Scalar>(dx.view().numbers().begin(), dx.view().numbers().end());
  };
  for (const Reader reader : {Reader::alone, Reader::last, Reader::first})
    CHECK(gradient(true, reader) == gradient(false, reader));
}

TEST_CASE("A value that its own op's backward pass needs is not overwritten") {
  Parameters none;
  const Tensor x(Shape{3}, std::vector<Scalar>{1, -2, 3});
  Tensor dx(x.shape());
  const auto record = [&](Tape& tape) { return relu(tanh(tape.variable(x, dx))); };
  const Plan plan = plan_of(none, {}, record);
  Tape tape;
  tape.start(none, {}, nullptr, &plan);
  const Var y = record(tape);
  CHECK(y.value().data() != tape.entry(y.index() - 1).value.data());
}

TEST_CASE("A value that an earlier reader's backward pass needs is not overwritten") {
  Parameters none;
  const Tensor x(Shape{3}, std::vector<Scalar>{1, -2, 3});
  Tensor dx(x.shape());
  const auto record = [&](Tape& tape) {
    const Var leaf = tape.variable(x, dx);
    const Var y = add(leaf, leaf);
    const Var square = mul(y, y);
    return sum(add(square, relu(y)));
  };
  const Plan plan = plan_of(none, {}, record);
  Tape tape;
  tape.start(none, {}, nullptr, &plan);
  tape.backward(record(tape));
  CHECK(std::vector<Scalar>(dx.view().numbers().begin(), dx.view().numbers().end()) ==
        std::vector<Scalar>{10, -16, 26});
}

TEST_CASE("A leaf is never overwritten") {
  Parameters none;
  const Tensor x(Shape{3}, std::vector<Scalar>{1, -2, 3});
  const auto record = [&](Tape& tape) { return relu(tape.constant(x)); };
  const Plan plan = plan_of(none, {}, record);
  Tape tape;
  tape.start(none, {}, nullptr, &plan);
  record(tape);
  CHECK(x[1] == -2);
}

TEST_CASE("A prediction with a plan reuses the memory of values that no op reads again") {
  Parameters none;
  const Tensor x(Shape{100});
  const auto record = [&](Tape& tape) { return tanh(tanh(add(tape.constant(x), tape.constant(x)))); };
  const Plan plan = plan_of(none, {}, record);
  Tape tape;
  tape.start(none, {}, nullptr, &plan);
  const Var y = record(tape);
  CHECK(y.value().data() == tape.entry(y.index() - 2).value.data());
}

TEST_CASE("The output of a plan is kept, even if an op reads it") {
  Parameters none;
  const Tensor x(Shape{3}, std::vector<Scalar>{1, -2, 3});
  const auto record = [&](Tape& tape) {
    const Var y = add(tape.constant(x), tape.constant(x));
    relu(y);
    return y;
  };
  const Plan plan = plan_of(none, {}, record);
  Tape tape;
  tape.start(none, {}, nullptr, &plan);
  CHECK(record(tape).value()[1] == -4);
}

TEST_CASE("A tape knows whether a pass was recorded as planned") {
  Parameters none;
  const Tensor x(Shape{3});
  const auto one = [&](Tape& tape) {
    const Var input = tape.constant(x), y = relu(input);
    return add(y, y);
  };
  const auto another = [&](Tape& tape) {
    const Var y = tanh(tape.constant(x));
    return add(y, y);
  };
  const auto other_inputs = [&](Tape& tape) {
    const Var input = tape.constant(x);
    return add(input, relu(input));
  };
  const auto longer = [&](Tape& tape) { return relu(one(tape)); };
  const auto shorter = [&](Tape& tape) { return relu(tape.constant(x)); };
  const Plan plan = plan_of(none, {}, one);
  const auto as_planned = [&](const auto& record) {
    Tape tape;
    tape.start(none, {}, nullptr, &plan);
    return tape.as_planned(record(tape));
  };
  CHECK(as_planned(one));
  CHECK_FALSE(as_planned(another));
  CHECK_FALSE(as_planned(longer));
  CHECK_FALSE(as_planned(shorter));
  CHECK_FALSE(as_planned(other_inputs));
}

TEST_CASE("Without a plan, no memory is overwritten or reused") {
  Parameters none;
  const Tensor zero(Shape{2}), bad(Shape{2}, std::vector<Scalar>{-INFINITY, 1});
  Tape tape;
  tape.start(none);
  const Var a = add(tape.constant(zero), tape.constant(bad));
  const Var b = relu(a);
  CHECK(b.value()[0] == 0);
  CHECK(a.value()[0] == -INFINITY);
}

TEST_CASE("The next pass reuses the memory of a pass") {
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
