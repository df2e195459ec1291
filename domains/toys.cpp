#include "domains/toys.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "tensor/sincos.h"

namespace sand::domains {
namespace {

constexpr std::uint32_t kToyStream = 0x746f7973;  // "toys"
constexpr std::uint32_t kTraining = 8, kExamples = 512;

struct Point {
  double first, second;
  bool label;
};

/// Domain `number`, 0 for the test domain, whose examples `draw` makes one after the other.
Domain domain_of(std::uint64_t seed, std::uint32_t number,
                 const std::function<std::function<Point()>(Random& random, std::uint32_t number)>& draw) {
  Random random(seed, kToyStream, number);
  const auto inputs = std::make_shared<Tensor>(Shape{static_cast<Index>(kExamples), 2});
  Domain domain{number == 0 ? "test" : "env" + std::to_string(number), {2}, {}, {}};
  const std::function<Point()> next = draw(random, number);
  for (std::uint32_t i = 0; i < kExamples; ++i) {
    const Point point = next();
    inputs->data()[2 * i] = static_cast<Scalar>(point.first);
    inputs->data()[2 * i + 1] = static_cast<Scalar>(point.second);
    domain.labels.push_back(point.label);
  }
  domain.read = [inputs](std::uint32_t example, std::span<Scalar> input) {
    const std::span<const Scalar> numbers = inputs->view().rows(example, 1).numbers();
    std::copy(numbers.begin(), numbers.end(), input.begin());
  };
  return domain;
}

DataSet toy(std::string name, std::uint64_t seed,
            const std::function<std::function<Point()>(Random& random, std::uint32_t number)>& draw) {
  DataSet data{std::move(name), "points drawn from seed " + std::to_string(seed), {2}, 2, {}};
  for (std::uint32_t number = 0; number <= kTraining; ++number)
    data.domains.push_back(domain_of(seed, number, draw));
  return data;
}

double sign_of(bool positive) { return positive ? 1 : -1; }

}  // namespace

DataSet toy_line(const ToyLineOptions& options) {
  return toy(options.rotated ? "ToyLineRotated" : "ToyLine", options.seed,
             [rotated = options.rotated](Random& random, std::uint32_t number) -> std::function<Point()> {
               const double size = random.uniform(0.5, 1.5), training = size * sign_of(number % 2 == 1);
               return [=, &random] {
                 const bool label = random.below(2) == 1;
                 const double t = sign_of(label);
                 const double centre = number == 0 ? size * sign_of(random.below(2) == 1) : training;
                 const double x = 0.5 * t + 0.25 * random.normal(), z = centre * t + 0.1 * random.normal();
                 const double turn = std::sqrt(0.5);
                 return rotated ? Point{turn * (x - z), turn * (x + z), label} : Point{x, z, label};
               };
             });
}

DataSet toy_stripes(std::uint64_t seed) {
  return toy("ToyStripes", seed, [](Random& random, std::uint32_t number) -> std::function<Point()> {
    const double side = sign_of(random.below(2) == 1);
    const auto centre = [](std::uint32_t domain) { return 0.5 * domain - 1.75; };  // domain from 0
    return [=, &random] {
      const double u = random.uniform(-2, 2);
      const bool above = sincos(std::numbers::pi * u).sin > 0;
      const bool label = above != (random.uniform() < 0.1);
      const double c = centre(number == 0 ? random.below(kTraining) : number - 1);
      const double s = number == 0 ? sign_of(random.below(2) == 1) : side;
      return Point{c + 0.15 * s * sign_of(label) + 0.03 * random.normal(), u, label};
    };
  });
}

}  // namespace sand::domains
