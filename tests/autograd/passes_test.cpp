#include "autograd/passes.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "autograd/ops/add.h"
#include "autograd/ops/linear.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/sum.h"
#include "autograd/ops/tanh.h"
#include "tests/autograd/leaves.h"

using namespace sand;

namespace {

/// Two layers, and weights in them.
struct Net {
  Parameters parameters;
  Slot w0, b0, w1, b1;
  Tensor x = testing::random_tensor({5, 3}, 1);

  Net()
      : w0(parameters.add("w0", {3, 3})),
        b0(parameters.add("b0", {3})),
        w1(parameters.add("w1", {3, 3})),
        b1(parameters.add("b1", {3})) {
    const Tensor drawn = testing::random_tensor({parameters.size()}, 2);
    for (Index i = 0; i < drawn.size(); ++i) parameters.numbers()[static_cast<std::size_t>(i)] = drawn[i];
  }
  Var first(Var y) const { return linear(y, y.tape().parameter(w0), y.tape().parameter(b0)); }
  Var second(Var y) const { return linear(y, y.tape().parameter(w1), y.tape().parameter(b1)); }

  /// The outputs of a network and d sum / d weights, by a tape alone.
  std::pair<std::vector<Scalar>, std::vector<Scalar>> by_tape(const Network& network) const {
    std::vector<Scalar> row(static_cast<std::size_t>(parameters.size()));
    Tape tape;
    tape.start(parameters, row);
    const Var outputs = network(tape.constant(x), {});
    tape.backward(sum(outputs));
    return {numbers(outputs.value()), row};
  }
  static std::vector<Scalar> numbers(TensorView view) { return {view.data(), view.data() + view.size()}; }
};

}  // namespace

TEST_CASE("After a dry run, a pass finds all forms of weights and takes less memory than without a plan") {
  const Net net;
  const Network network = [&](Var x, const Draw&) { return net.second(relu(net.first(x))); };
  const Tensor many = testing::random_tensor({20000, 3}, 3);
  Passes passes(network, net.parameters, 1);
  CHECK_FALSE(passes.ready());
  passes.dry_run(net.x.view().rows(0, 1), {});
  CHECK(passes.ready());
  passes.prepare(Threads(1));
  passes.forward(passes.tape(0), many, {});
  CHECK(passes.tape(0).missing_forms().empty());

  Tape plain;
  plain.start(net.parameters);
  network(plain.constant(many), {});
  CHECK(plain.missing_forms().size() == 2);
  CHECK(passes.tape(0).bytes() < plain.bytes());
}

TEST_CASE(
    "A network that records other ops than in the dry run gives the same outputs and gradients as without "
    "it") {
  const Net net;
  enum Kind { plain, reads_again, other_op, stops_early };
  Kind kind = plain;
  const Network network = [&](Var x, const Draw&) {
    const Var y = net.first(x), z = relu(y);
    if (kind == stops_early) return z;
    const Var last = kind == other_op ? tanh(net.second(z)) : relu(net.second(z));
    return kind == reads_again ? add(y, last) : last;
  };
  for (const Kind dry : {plain, reads_again, other_op, stops_early})
    for (const Kind real : {plain, reads_again, other_op, stops_early}) {
      CAPTURE(dry);
      CAPTURE(real);
      std::vector<Scalar> row(static_cast<std::size_t>(net.parameters.size()));
      Passes passes(network, net.parameters, 1);
      kind = dry;
      passes.dry_run(net.x.view().rows(0, 1), {}, row);
      passes.prepare(Threads(1));
      kind = real;
      const Var outputs = passes.forward(passes.tape(0), net.x, {}, row);
      CHECK(Net::numbers(outputs.value()) == net.by_tape(network).first);
      passes.tape(0).backward(sum(outputs));
      CHECK(row == net.by_tape(network).second);
    }
}

TEST_CASE("A weight form that the dry run did not see is made in the pass and known from the next step") {
  const Net net;
  bool deep = false;
  const Network network = [&](Var x, const Draw&) { return deep ? net.second(net.first(x)) : net.first(x); };
  Passes passes(network, net.parameters, 1);
  passes.dry_run(net.x.view().rows(0, 1), {});
  deep = true;
  for (const std::size_t missing : {1u, 0u}) {
    passes.prepare(Threads(1));
    passes.forward(passes.tape(0), net.x, {});
    CHECK(passes.tape(0).missing_forms().size() == missing);
    passes.note_missing_forms();
  }
}

TEST_CASE("All tapes get as much memory as the largest one") {
  const Net net;
  Passes passes([&](Var x, const Draw&) { return net.first(x); }, net.parameters, 3);
  passes.dry_run(net.x.view().rows(0, 1), {});
  passes.prepare(Threads(1));
  passes.forward(passes.tape(1), net.x, {});
  passes.make_room();
  CHECK(passes.tape(0).bytes() == passes.tape(1).bytes());
  CHECK(passes.tape(2).bytes() == passes.tape(1).bytes());
}
