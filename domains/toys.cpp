#include "domains/toys.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace sand::domains {
namespace {

constexpr std::uint32_t kToyStream = 0x746f7973;  // "toys"
constexpr std::uint32_t kTraining = 8, kExamples = 512;

double sign_of(bool positive) { return positive ? 1 : -1; }

/// Domain `number`, 0 for the test domain.
Domain line_domain(const ToyLineOptions& options, std::uint32_t number) {
  Random random(options.seed, kToyStream, number);
  const double size = random.uniform(0.5, 1.5), training = size * sign_of(number % 4 != 0);
  const double turn = std::sqrt(0.5);
  const auto inputs = std::make_shared<Tensor>(Shape{static_cast<Index>(kExamples), 2});
  Domain domain{number == 0 ? "test" : "env" + std::to_string(number), {2}, {}, {}};
  for (std::uint32_t i = 0; i < kExamples; ++i) {
    const bool label = random.below(2) == 1;
    const double t = sign_of(label);
    const double centre = number == 0 ? size * sign_of(random.below(2) == 1) : training;
    const double x = 0.5 * t + 0.4 * random.normal(), z = centre * t + 0.1 * random.normal();
    inputs->data()[2 * i] = static_cast<Scalar>(options.rotated ? turn * (x - z) : x);
    inputs->data()[2 * i + 1] = static_cast<Scalar>(options.rotated ? turn * (x + z) : z);
    domain.labels.push_back(label);
  }
  domain.read = [inputs](std::uint32_t example, std::span<Scalar> input) {
    const std::span<const Scalar> numbers = inputs->view().rows(example, 1).numbers();
    std::copy(numbers.begin(), numbers.end(), input.begin());
  };
  return domain;
}

}  // namespace

DataSet toy_line(const ToyLineOptions& options) {
  DataSet data{options.rotated ? "ToyLineRotated" : "ToyLine",
               "points drawn from seed " + std::to_string(options.seed),
               {2},
               2,
               {}};
  for (std::uint32_t number = 0; number <= kTraining; ++number)
    data.domains.push_back(line_domain(options, number));
  return data;
}

}  // namespace sand::domains
