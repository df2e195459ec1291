#include "autograd/ops/sum.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("sum has the gradient of its formula") {
  for (const Shape& shape : kOddShapes) check_op({shape}, [](std::span<const Var> x) { return sum(x[0]); });
}

TEST_CASE("sum adds every number once, for any count") {
  for (const Index count : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
    std::vector<Tensor> leaves;
    leaves.emplace_back(Shape{count});
    for (Index i = 0; i < count; ++i) leaves[0][i] = static_cast<Scalar>(i + 1);
    const Tensor y = value_of(leaves, [](std::span<const Var> x) { return sum(x[0]); });
    CHECK(y[0] == static_cast<Scalar>(count * (count + 1) / 2));
  }
}
