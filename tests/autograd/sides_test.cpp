#include "autograd/sides.h"

#include <doctest/doctest.h>

#include <vector>

#include "autograd/ops/leaky_relu.h"
#include "autograd/ops/max_pool2d.h"
#include "autograd/ops/relu.h"
#include "autograd/tape.h"

using namespace sand;

namespace {

struct OpPass {
  std::vector<Scalar> y, dx;
};

/// y and d sum(y) / dx of one op.
template <class Apply>
OpPass pass(const Shape& shape, std::vector<Scalar> x, SidesOfPass* sides, const Apply& apply) {
  Parameters none;
  Tape tape;
  tape.start(none, {}, nullptr, nullptr, sides);
  std::vector<Scalar> dx(x.size());
  const Var y = apply(tape.variable({x.data(), shape}, {dx.data(), shape}));
  Tensor seed(y.shape());
  seed.array().setOnes();
  tape.backward(y, seed);
  return {{y.value().numbers().begin(), y.value().numbers().end()}, dx};
}

using Numbers = std::vector<Scalar>;

}  // namespace

TEST_CASE("A pass that holds sides takes those of the pass that kept them, not its own") {
  SidesOfPass sides;
  const auto check_op = [&](const Shape& shape, const Numbers& x, const Numbers& other, const auto& apply,
                            const OpPass& expected) {
    sides.keep();
    const OpPass kept = pass(shape, x, &sides, apply), plain = pass(shape, x, nullptr, apply);
    CHECK((kept.y == plain.y && kept.dx == plain.dx));
    sides.hold();
    const OpPass same = pass(shape, x, &sides, apply), held = pass(shape, other, &sides, apply);
    CHECK((same.y == plain.y && same.dx == plain.dx));
    CHECK(held.y == expected.y);
    CHECK(held.dx == expected.dx);
    CHECK(pass(shape, other, nullptr, apply).y != expected.y);
  };
  check_op({4}, {-1, 2, 0, 3}, {1, -2, 3, 4}, [](Var x) { return relu(x); }, {{0, -2, 0, 4}, {0, 1, 0, 1}});
  check_op({3}, {-1, 2, 0}, {1, -2, 4}, [](Var x) { return leaky_relu(x, 0.5); },
           {{0.5, -2, 2}, {0.5, 1, 0.5}});
  check_op({1, 2, 2, 1}, {1, 5, 2, 3}, {9, 4, 8, 7}, [](Var x) { return max_pool2d(x); },
           {{4}, {0, 1, 0, 0}});
}

TEST_CASE("Sides belong to the ops in their order") {
  SidesOfPass sides;
  const auto twice = [](Var x) { return relu(leaky_relu(relu(x), 0.25)); };
  sides.keep();
  pass({2}, {1, -1}, &sides, twice);
  sides.hold();
  const OpPass held = pass({2}, {-3, 8}, &sides, twice);
  CHECK(held.y == Numbers{-3, 0});
  CHECK(held.dx == Numbers{1, 0});
}

TEST_CASE("A pass with more places than were kept is refused") {
  SidesOfPass sides;
  const auto apply = [](Var x) { return relu(x); };
  pass({2}, {1, -1}, &sides, apply);
  sides.hold();
  CHECK_THROWS_AS(pass({3}, {1, -1, 2}, &sides, apply), Error);
}
