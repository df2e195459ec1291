#include "autograd/gradient_check.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

/// y = x^2 with a backward that can be wrong in a chosen way.
struct Square {
  static constexpr OpDoc doc{"square", "y = x^2", "dx += 2 x dy"};
  enum class Mistake { none, factor, assigns } mistake;
  static Shape shape(const Shape& x) { return x; }
  static void forward(TensorView x, TensorSpan y) { y.array() = x.array() * x.array(); }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    const Scalar factor = mistake == Mistake::factor ? Scalar(2.001) : Scalar{2};
    if (mistake == Mistake::assigns)
      dx.array() = factor * x.array() * dy.array();
    else
      dx.array() += factor * x.array() * dy.array();
  }
};

double worst_error(Square::Mistake mistake) {
  std::vector<NamedTensor> leaves;
  leaves.push_back({"x", random_tensor({5}, 3)});
  return check_gradients(
             std::move(leaves),
             [&](std::span<const Var> x) { return x[0].tape().apply(Square{mistake}, Here::at(), x[0]); })
      .worst();
}

}  // namespace

TEST_CASE("The gradient check passes right gradients and finds a factor off by 0.05 % and an assignment") {
  constexpr bool is_double = sizeof(Scalar) == 8;
  CHECK(worst_error(Square::Mistake::none) < (is_double ? 1e-9 : 1e-2));
  if (is_double) CHECK(worst_error(Square::Mistake::factor) > 4e-4);
  CHECK(worst_error(Square::Mistake::assigns) > 0.1);
}

TEST_CASE("The report of a gradient check names leaf, shape, element and both numbers") {
  std::vector<NamedTensor> leaves;
  leaves.push_back({"x", random_tensor({1}, 3)});
  const GradientReport report = check_gradients(std::move(leaves), [](std::span<const Var> x) {
    return x[0].tape().apply(Square{Square::Mistake::none}, Here::at(), x[0]);
  });
  CHECK(report.text().find("x [1]  worst at [0]: backward ") == 0);
  CHECK(report.text().find(", relative error ") != std::string::npos);
}
