#include "autograd/ops/flatten.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("flatten has the gradient of its formula") {
  check_op({Shape{3, 2, 1, 17}}, [](std::span<const Var> x) { return flatten(x[0]); });
}

TEST_CASE("flatten keeps the rows and joins the other axes") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({3, 2, 5}, 1));
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return flatten(x[0]); });
  CHECK(y.shape() == Shape{3, 10});
  CHECK((y.array() == leaves[0].array()).all());
}

TEST_CASE("flatten of a matrix records nothing") {
  value_of({}, [](std::span<const Var>) {
    static Parameters none;
    static Tape tape;
    tape.start(none);
    static const Tensor matrix(Shape{2, 2});
    const Var x = tape.constant(matrix);
    CHECK(flatten(x).index() == x.index());
    return x;
  });
}
