#include "domains/rotated_mnist.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "domains/dealing.h"

namespace sand::domains {
namespace {

constexpr int kStep = 15;  // degrees
constexpr int kDomains = 6;
constexpr int kSide = Digits::kSide;

/// The cosines of 0, 15, ..., 90 degrees: libm's cosines differ between machines.
/// sin(15 k) = cos(15 (6 - k)).
constexpr double kCosine[] = {
    1, 0.965925826289068, 0.866025403784439, 0.707106781186548, 0.5, 0.258819045102521, 0};

/// Rotates `from` [28, 28] by kStep * `steps` degrees. Pixel (x, y) is the square around (x + 1/2, y + 1/2).
void turn(const std::uint8_t* from, int steps, std::uint8_t* to) {
  const double cosine = kCosine[steps], sine = kCosine[kDomains - steps];
  constexpr double kCentre = kSide / 2.0;
  const auto pixel = [&](int x, int y) {
    return static_cast<double>(from[std::clamp(y, 0, kSide - 1) * kSide + std::clamp(x, 0, kSide - 1)]);
  };
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const double right = x + 0.5 - kCentre, down = y + 0.5 - kCentre;
      const double u = cosine * right - sine * down + kCentre,
                   v = sine * right + cosine * down + kCentre;  // position in the source
      if (u < 0 || u >= kSide || v < 0 || v >= kSide) {
        *to++ = 0;
        continue;
      }
      const double left = std::floor(u - 0.5), top = std::floor(v - 0.5);
      const double across = u - 0.5 - left, along = v - 0.5 - top;
      const int i = static_cast<int>(left), j = static_cast<int>(top);
      const double above = pixel(i, j) + (pixel(i + 1, j) - pixel(i, j)) * across;
      const double below = pixel(i, j + 1) + (pixel(i + 1, j + 1) - pixel(i, j + 1)) * across;
      *to++ = static_cast<std::uint8_t>(std::floor(above + (below - above) * along + 0.5));
    }
}

Domain rotated_domain(const Digits& digits, const std::vector<std::uint32_t>& which, int steps,
                      const Threads& threads) {
  Domain domain{
      .name = std::to_string(steps * kStep), .example = {1, kSide, kSide}, .labels = {}, .read = {}};
  for (const std::uint32_t digit : which) domain.labels.push_back(digits.labels[digit]);

  std::vector<std::uint8_t> pixels(which.size() * Digits::kPixels);
  constexpr std::size_t kTogether = 256;  // images per task
  threads.run(static_cast<int>((which.size() + kTogether - 1) / kTogether), [&](int task, int) {
    const std::size_t first = static_cast<std::size_t>(task) * kTogether;
    for (std::size_t i = first; i < std::min(first + kTogether, which.size()); ++i)
      turn(&digits.pixels[which[i] * Digits::kPixels], steps, &pixels[i * Digits::kPixels]);
  });
  const auto shared = std::make_shared<const std::vector<std::uint8_t>>(std::move(pixels));
  domain.read = [shared](std::uint32_t example, std::span<Scalar> input) {
    const std::uint8_t* grey = shared->data() + example * Digits::kPixels;
    for (Scalar& number : input) number = static_cast<Scalar>(*grey++) / 255;
  };
  return domain;
}

}  // namespace

DataSet rotated_mnist(const Digits& digits, std::uint64_t seed, const Threads& threads) {
  require_digits("rotated mnist", &digits);
  const std::vector<std::vector<std::uint32_t>> hands = deal(digits.size(), kDomains, seed);
  DataSet data{"RotatedMNIST", digits.source, {1, kSide, kSide}, digits.classes, {}, {}, {}, digits.files};
  data.class_names = digits.class_names;
  for (int steps = 0; steps < kDomains; ++steps)
    data.domains.push_back(rotated_domain(digits, hands[static_cast<std::size_t>(steps)], steps, threads));
  return data;
}

}  // namespace sand::domains
