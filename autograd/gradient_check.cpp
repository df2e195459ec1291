#include "autograd/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tensor/random.h"

namespace sand {
namespace {

constexpr Scalar kGarbage = 7;  // initial value of gradients

Tensor random_weights(const Shape& shape) {
  Tensor weights(shape);
  Random random(20210602);
  for (Scalar& w : weights.span().numbers())
    w = static_cast<Scalar>(random.uniform(0.5, 1.5) * (random.bits() % 2 ? 1 : -1));
  return weights;
}

/// Values and gradients of the leaves, and f recorded over them.
struct Pass {
  Parameters none;
  Tape tape;

  Var record(std::vector<NamedTensor>& leaves, std::vector<Tensor>& gradients,
             const std::function<Var(std::span<const Var>)>& f) {
    tape.start(none);
    std::vector<Var> vars;
    for (std::size_t i = 0; i < leaves.size(); ++i)
      vars.push_back(tape.variable(leaves[i].value, gradients[i]));
    return f(vars);
  }
};

double dot(TensorView a, TensorView b) {
  double total = 0;
  for (Index i = 0; i < a.size(); ++i) total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return total;
}

}  // namespace

GradientReport check_gradients(std::vector<NamedTensor> leaves,
                               const std::function<Var(std::span<const Var> leaves)>& f, double h) {
  std::vector<Tensor> gradients;
  for (const NamedTensor& leaf : leaves) gradients.emplace_back(leaf.value.shape()).array() = kGarbage;

  Pass pass;
  const Var y = pass.record(leaves, gradients, f);
  const Tensor weights = random_weights(y.shape());
  pass.tape.backward(y, weights);

  Pass probe;
  std::vector<Tensor> no_gradients(leaves.size());
  const auto f_at = [&](Scalar& x, double moved) {
    const Scalar before = std::exchange(x, static_cast<Scalar>(x + moved));
    const double value = dot(probe.record(leaves, no_gradients, f).value(), weights);
    x = before;
    return value;
  };

  GradientReport report;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Tensor& x = leaves[i].value;
    std::vector<double> differences;
    double largest = 0;
    for (Scalar& number : x.span().numbers()) {
      const double near = f_at(number, h) - f_at(number, -h);
      const double far = f_at(number, 2 * h) - f_at(number, -2 * h);
      differences.push_back((8 * near - far) / (12 * h));
      largest = std::max(largest, std::fabs(differences.back()));
    }
    GradientCheckLine line{leaves[i].name, x.shape()};
    line.error = -1;
    for (Index j = 0; j < x.size(); ++j) {
      const double backward = static_cast<double>(gradients[i][j] - kGarbage),
                   difference = differences[static_cast<std::size_t>(j)];
      const double scale = std::max({std::fabs(backward), std::fabs(difference), 0.001 * largest, 1e-300});
      const double error = std::fabs(backward - difference) / scale;
      if (error > line.error || std::isnan(error))
        line = {leaves[i].name, x.shape(), j, backward, difference, error};
    }
    report.leaves.push_back(line);
  }
  return report;
}

double GradientReport::worst() const {
  double worst = 0;
  for (const GradientCheckLine& line : leaves)
    worst = line.error <= worst ? worst : line.error;  // NaN is the worst
  return worst;
}

std::string GradientReport::text() const {
  std::string text;
  for (const GradientCheckLine& line : leaves) {
    char numbers[160];
    std::snprintf(numbers, sizeof numbers,
                  "  worst at [%td]: backward %.12g, difference %.12g, relative error %.2g\n", line.worst,
                  line.backward, line.difference, line.error);
    text += line.name + " " + line.shape.text() + numbers;
  }
  return text;
}

}  // namespace sand
