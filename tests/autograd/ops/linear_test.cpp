#include "autograd/ops/linear.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("linear has the gradient of its formula for x, w and b") {
  for (const auto& [n, in, out] :
       {std::array<Index, 3>{1, 1, 1}, {3, 17, 1}, {1, 3, 17}, {17, 3, 5}, {17, 33, 18}})
    check_op({Shape{n, in}, Shape{out, in}, Shape{out}},
             [](std::span<const Var> x) { return linear(x[0], x[1], x[2]); });
}

TEST_CASE("linear agrees with the product that Eigen computes") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({17, 33}, 1));
  leaves.push_back(random_tensor({18, 33}, 2));
  leaves.push_back(random_tensor({18}, 3));
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return linear(x[0], x[1], x[2]); });
  const RowMajorMatrix expected =
      (leaves[0].matrix() * leaves[1].matrix().transpose()).rowwise() + leaves[2].matrix().col(0).transpose();
  CHECK((y.matrix() - expected).cwiseAbs().maxCoeff() < (sizeof(Scalar) == 8 ? 1e-13 : 1e-4));
}

TEST_CASE("linear gives the same bits with weights that were packed beforehand") {
  Parameters parameters;
  const Slot weight = parameters.add("w", {18, 33}), bias = parameters.add("b", {18});
  Random random(5);
  for (Scalar& number : parameters.numbers()) number = static_cast<Scalar>(random.normal());
  const Tensor x = random_tensor({17, 33}, 1);
  PreparedWeights prepared;

  const auto gradient = [&](const PreparedWeights* packed) {
    std::vector<Scalar> row(static_cast<std::size_t>(parameters.size()));
    Tape tape;
    tape.start(parameters, row, packed);
    const Var w = tape.parameter(weight);
    const Var b = tape.parameter(bias);
    const Var hidden = linear(tape.constant(x), w, b);
    Tensor dx(x.shape());
    const Var again = tape.variable(x, dx);
    const Var y = linear(again, w, b);
    tape.backward(y, y.value());
    prepared.add(tape.missing_forms());
    for (Scalar number : dx.span().numbers()) row.push_back(number);
    for (Scalar number : hidden.value().numbers()) row.push_back(number);
    return row;
  };
  const std::vector<Scalar> alone = gradient(nullptr);
  prepared.prepare(parameters, Threads(1));
  CHECK(gradient(&prepared) == alone);
  CHECK(std::as_const(prepared).find(weight, ops::Linear::form({}, weight.shape, {}, true)) != nullptr);
}

TEST_CASE("linear refuses shapes that do not fit and names their axes") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{4, 3});
  leaves.emplace_back(Shape{2, 5});
  leaves.emplace_back(Shape{2});
  try {
    value_of(leaves, [](std::span<const Var> x) { return linear(x[0], x[1], x[2]); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what())
              .find("linear: features of x must equal columns of w, and b must have one number per row of w\n"
                    "    x  [4, 3]  [n, in]\n    w  [2, 5]  [out, in]\n    b  [2]  [out]\n    at ") == 0);
  }
  leaves[1] = Tensor(Shape{2, 3});
  leaves[2] = Tensor(Shape{3});
  CHECK_THROWS_WITH_AS(value_of(leaves, [](std::span<const Var> x) { return linear(x[0], x[1], x[2]); }),
                       doctest::Contains("b  [3]"), Error);
}
