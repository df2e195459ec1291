// Random leaves for tests of ops, and the check of their gradients.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "autograd/gradient_check.h"
#include "tensor/random.h"
#include "tests/text.h"

namespace sand::testing {

/// Normal numbers, none closer to 0 than `gap`: away from kinks.
inline Tensor random_tensor(const Shape& shape, std::uint64_t seed, double gap = 0) {
  Tensor x(shape);
  Random random(seed);
  for (Scalar& number : x.span().numbers()) {
    const double normal = random.normal();
    number = static_cast<Scalar>(normal + std::copysign(gap, normal));
  }
  return x;
}

/// In the double build every element of every leaf agrees with central differences to 1e-7. In the float
/// build differences are less exact, and must agree to 2 %: enough to show that the code is the same
/// function.
inline void check_op(const std::vector<Shape>& shapes, const std::function<Var(std::span<const Var>)>& f,
                     double gap = 0) {
  std::vector<NamedTensor> leaves;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    leaves.push_back({"leaf " + std::to_string(i), random_tensor(shapes[i], 11 + i, gap)});
  constexpr bool is_double = sizeof(Scalar) == sizeof(double);
  const GradientReport report = check_gradients(std::move(leaves), f, is_double ? 1e-3 : 3e-2);
  CHECK_MESSAGE(report.worst() <= (is_double ? 1e-7 : 2e-2), report.text());
}

/// The value of f at the given leaves.
inline Tensor value_of(const std::vector<Tensor>& leaves, const std::function<Var(std::span<const Var>)>& f) {
  Parameters none;
  Tape tape;
  tape.start(none);
  std::vector<Var> vars;
  for (const Tensor& leaf : leaves) vars.push_back(tape.constant(leaf));
  const Var y = f(vars);
  return Tensor(y.shape(), y.value().numbers());
}

/// The gradients of the sum of all numbers of f, one for each leaf.
inline std::vector<Tensor> gradients_of(const std::vector<Tensor>& leaves,
                                        const std::function<Var(std::span<const Var>)>& f) {
  Parameters none;
  Tape tape;
  tape.start(none);
  std::vector<Tensor> gradients;
  for (const Tensor& leaf : leaves) gradients.emplace_back(leaf.shape());
  std::vector<Var> vars;
  for (std::size_t i = 0; i < leaves.size(); ++i) vars.push_back(tape.variable(leaves[i], gradients[i]));
  const Var y = f(vars);
  Tensor ones(y.shape());
  ones.array() = 1;
  tape.backward(y, ones);
  return gradients;
}

/// The text of the error that f throws for leaves of these shapes, up to the line that names the caller,
/// squeezed.
inline std::string error_of(const std::vector<Shape>& shapes,
                            const std::function<Var(std::span<const Var>)>& f) {
  std::vector<Tensor> leaves;
  for (const Shape& shape : shapes) leaves.emplace_back(shape);
  try {
    value_of(leaves, f);
  } catch (const Error& error) {
    const std::string text = squeezed(error.what());
    return text.substr(0, text.find("\n at "));
  }
  return "no error";
}

/// Odd shapes that catch loops with hidden assumptions.
inline const std::vector<Shape> kOddShapes = {Shape{1},     Shape{3},     Shape{17},         Shape{1, 1},
                                              Shape{3, 17}, Shape{17, 3}, Shape{1, 3, 1, 17}};

}  // namespace sand::testing
