#include "nn/mix.h"

#include <algorithm>
#include <cmath>

#include "tensor/elementary.h"
#include "tensor/error.h"

namespace sand::nn {
namespace {

/// The logarithm of a draw from Gamma(a): the draw itself may be too small for a double if a is.
double log_gamma_draw(double a, Random& random) {
  if (a < 1) {  // Gamma(a) = Gamma(a + 1) U^(1/a)
    double u = 0;
    while (u == 0) u = random.uniform();
    return log_gamma_draw(a + 1, random) + sand::log(u) / a;
  }
  const double d = a - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal(), root = 1 + c * x, u = random.uniform();
    if (root <= 0 || u == 0) continue;
    const double log_v = 3 * sand::log(root), v = root * root * root;
    if (sand::log(u) < x * x / 2 + d - d * v + d * log_v) return sand::log(d) + log_v;
  }
}

}  // namespace

double beta_draw(double a, Random& random) {
  const double first = log_gamma_draw(a, random), second = log_gamma_draw(a, random);
  return 1 / (1 + sand::exp(second - first));
}

void mix_domains(const Batch& drawn, double a, Random random, Batch& mixed) {
  const std::size_t domains = drawn.domains.size();
  const std::vector<std::uint32_t> circle = random.permutation(static_cast<std::uint32_t>(domains));
  mixed.step = drawn.step;
  mixed.domains.resize(domains);
  for (std::size_t i = 0; i < domains; ++i) {
    const DomainRows &first = drawn.domains[circle[i]], &second = drawn.domains[circle[(i + 1) % domains]];
    DomainRows& to = mixed.domains[circle[i]];
    check(!first.labels.empty() && !second.labels.empty(),
          [] { return Error(Fault::usage, "Mixup: expected rows with class labels, found values"); });
    const Index rows = std::min(first.size(), second.size());
    const auto count = static_cast<std::ptrdiff_t>(rows);
    to.share = beta_draw(a, random);
    to.labels.assign(first.labels.begin(), first.labels.begin() + count);
    to.examples.assign(first.examples.begin(), first.examples.begin() + count);
    to.second_labels.assign(second.labels.begin(), second.labels.begin() + count);
    const Shape shape = first.inputs.shape().with_rows(rows);
    if (to.inputs.data() == nullptr || to.inputs.shape() != shape) to.inputs = Tensor(shape);
    to.inputs.array() = static_cast<Scalar>(to.share) * first.inputs.view().rows(0, rows).array() +
                        static_cast<Scalar>(1 - to.share) * second.inputs.view().rows(0, rows).array();
  }
}

}  // namespace sand::nn
