#include "nn/group_norm.h"

#include "tests/autograd/leaves.h"

using namespace sand;

TEST_CASE("A normalization layer adds 1e-5 to the variance, the default of PyTorch") {
  Parameters parameters;
  const nn::GroupNorm norm(parameters, "norm", 1, 1);
  const Tensor x(Shape{1, 1, 2, 1}, std::vector<Scalar>{Scalar(0.01), Scalar(-0.01)});  // of variance 1e-4
  Tape tape;
  tape.start(parameters);
  const Var y = norm(tape.constant(x));
  CHECK(y.value()[0] == doctest::Approx(0.01 / std::sqrt(1e-4 + 1e-5)).epsilon(1e-5));
}
