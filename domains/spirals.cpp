#include "domains/spirals.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "domains/random_state.h"
#include "tensor/error.h"
#include "tensor/sincos.h"

namespace sand::domains {
namespace {

constexpr std::uint32_t kTestSeed = 0xffffffff;

void check_options(const SpiralsOptions& o) {
  const auto rule = [](bool ok, const char* text, auto found) {
    check(ok, [&] {
      return Error(Fault::usage, std::string("spirals: ") + text).fact("found", std::to_string(found));
    });
  };
  rule(o.domains >= 1 && o.domains <= 4096, "domains must be in 1 .. 4096", o.domains);
  rule(o.examples >= 2, "examples must be at least 2, or they have no spread", o.examples);
  rule(o.test_examples >= 2, "test_examples must be at least 2, or they have no spread", o.test_examples);
  rule(o.dimensions >= 0, "dimensions must not be negative", o.dimensions);
  rule(o.turns >= 0.01 && o.turns <= 10000, "turns must be in 0.01 .. 10000", o.turns);
  rule(1.0 * o.seed + o.domains <= kTestSeed,
       "seed + domains must stay below 2^32, the last seed is the test's", o.seed);
  const double numbers = (1.0 * o.domains * o.examples + o.test_examples) * (2.0 + o.dimensions);
  rule(numbers <= 0x1p30, "(domains * examples + test_examples) * (2 + dimensions) must be at most 2^30",
       numbers);
}

/// Divides by their deviation (over n, not n - 1), summed in numpy's order.
void to_unit_deviation(std::vector<double>& values) {
  const double n = static_cast<double>(values.size());
  double mean = 0, variance = 0;
  for (const double value : values) mean += value;
  mean /= n;
  for (const double value : values) variance += (value - mean) * (value - mean);
  const double deviation = std::sqrt(variance / n);
  for (double& value : values) value /= deviation;
}

/// Training domain `e` (from 0), or the test domain for e < 0. The order of the draws defines the data.
Domain draw(const SpiralsOptions& o, int e) {
  const bool test = e < 0;
  const std::size_t n = static_cast<std::size_t>(test ? o.test_examples : o.examples);
  const std::size_t dimensions = static_cast<std::size_t>(o.dimensions);
  RandomState random(test ? kTestSeed : o.seed + static_cast<std::uint32_t>(e));

  std::vector<double> signatures(static_cast<std::size_t>(o.domains) * dimensions);  // [E, dimensions]
  std::vector<double> radii(n), x(n), y(n);
  std::vector<std::int32_t> labels(n);
  for (double& number : signatures) number = random.randn();
  for (double& radius : radii) radius = random.uniform(0.08, 1);
  for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.randint(0, 2));
  for (std::size_t i = 0; i < n; ++i) {
    const SinCos angle = sincos(2 * o.turns * std::numbers::pi * radii[i] + std::numbers::pi * labels[i]);
    const double radius = radii[i] + random.uniform(-0.02, 0.02);
    x[i] = angle.cos * radius;
    y[i] = angle.sin * radius;
  }
  to_unit_deviation(x);
  to_unit_deviation(y);

  const auto inputs = std::make_shared<Tensor>(Shape{static_cast<Index>(n), 2 + o.dimensions});
  Scalar* to = inputs->data();
  const double* row = test ? nullptr : signatures.data() + static_cast<std::size_t>(e) * dimensions;
  for (std::size_t i = 0; i < n; ++i) {
    *to++ = static_cast<Scalar>(x[i]);
    *to++ = static_cast<Scalar>(y[i]);
    for (std::size_t k = 0; k < dimensions; ++k)
      *to++ = static_cast<Scalar>(test ? random.randn() : row[k] * (2 * labels[i] - 1));
  }
  return {.name = test ? "test" : "env" + std::to_string(e + 1),
          .example = {2 + o.dimensions},
          .labels = std::move(labels),
          .read = [inputs](std::uint32_t example, std::span<Scalar> input) {
            const std::span<const Scalar> numbers = inputs->view().rows(example, 1).numbers();
            std::copy(numbers.begin(), numbers.end(), input.begin());
          }};
}

}  // namespace

Spirals::Spirals(const SpiralsOptions& options) {
  check_options(options);
  name = "Spirals";
  source = "spirals drawn from seed " + std::to_string(options.seed);
  example = {2 + options.dimensions};
  classes = 2;
  for (int e = -1; e < options.domains; ++e) domains.push_back(draw(options, e));
}

std::vector<Part> Spirals::training() const {
  std::vector<Part> parts;
  for (std::size_t d = 1; d < domains.size(); ++d) parts.push_back(whole(domains[d]));
  return parts;
}

}  // namespace sand::domains
