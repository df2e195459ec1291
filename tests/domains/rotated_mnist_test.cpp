#include "domains/rotated_mnist.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "tensor/error.h"
#include "tensor/fingerprint.h"

using sand::Scalar;
using sand::Shape;
using sand::domains::DataSet;
using sand::domains::Digits;
using sand::domains::Domain;
using sand::domains::rotated_mnist;

namespace {

constexpr int kDigitSide = Digits::kSide;

/// `count` images, all the same.
Digits copies(std::uint32_t count, const std::vector<std::uint8_t>& image) {
  Digits digits{"copies", {}, std::vector<std::uint8_t>(count)};
  for (std::uint32_t i = 0; i < count; ++i)
    digits.pixels.insert(digits.pixels.end(), image.begin(), image.end());
  return digits;
}

/// Every shade, without any symmetry.
std::vector<std::uint8_t> pattern() {
  std::vector<std::uint8_t> image;
  for (unsigned i = 0; i < Digits::kPixels; ++i)
    image.push_back(static_cast<std::uint8_t>(i * i / 7 + 31 * i));
  return image;
}

/// The first image of a domain, in bytes.
std::vector<int> first_image(const Domain& domain) {
  std::vector<Scalar> input(Digits::kPixels, Scalar{-1});
  domain.read(0, input);
  std::vector<int> bytes;
  for (const Scalar number : input) {
    bytes.push_back(static_cast<int>(std::lround(255 * number)));
    CHECK(number == static_cast<Scalar>(bytes.back()) / 255);
  }
  return bytes;
}

/// The image, repeated beyond its border, as a sum of tents, at a place in the plane whose origin is the
/// image's corner.
double tents(const std::vector<std::uint8_t>& image, double u, double v) {
  double sum = 0;
  for (int y = -1; y <= kDigitSide; ++y)
    for (int x = -1; x <= kDigitSide; ++x) {
      const double tent =
          std::max(0.0, 1 - std::fabs(u - x - 0.5)) * std::max(0.0, 1 - std::fabs(v - y - 0.5));
      sum += tent * image[static_cast<std::size_t>(std::clamp(y, 0, kDigitSide - 1) * kDigitSide +
                                                   std::clamp(x, 0, kDigitSide - 1))];
    }
  return sum;
}

}  // namespace

TEST_CASE("RotatedMNIST distributes all digits over six angles and keeps their labels") {
  Digits digits = copies(605, std::vector<std::uint8_t>(Digits::kPixels));
  for (std::uint32_t i = 0; i < 605; ++i) {
    digits.labels[i] = static_cast<std::uint8_t>(i % 10);
    digits.pixels[i * Digits::kPixels + 14 * kDigitSide + 14] = static_cast<std::uint8_t>(i % 10 * 20);
    digits.pixels[i * Digits::kPixels] = static_cast<std::uint8_t>(i % 256);
    digits.pixels[i * Digits::kPixels + 1] = static_cast<std::uint8_t>(i / 256);
  }
  const DataSet set = rotated_mnist(digits, 7);
  CHECK(set.name == "RotatedMNIST");
  CHECK(set.source == "copies");
  CHECK(set.example == Shape{1, 28, 28});
  CHECK(set.classes == 10);
  REQUIRE(set.domains.size() == 6);
  const std::string names[] = {"0", "15", "30", "45", "60", "75"};
  std::vector<int> labels(10);
  for (std::size_t e = 0; e < 6; ++e) {
    CHECK(set.domains[e].name == names[e]);
    CHECK(set.domains[e].example == set.example);
    CHECK(set.domains[e].size() == (e < 5 ? 101 : 100));
    for (const int label : set.domains[e].labels) ++labels[static_cast<std::size_t>(label)];
  }
  for (int label = 0; label < 10; ++label)
    CHECK(labels[static_cast<std::size_t>(label)] == (label < 5 ? 61 : 60));

  std::set<int> numbers;
  std::vector<Scalar> input(Digits::kPixels);
  for (std::uint32_t i = 0; i < set.domains[0].size(); ++i) {
    set.domains[0].read(i, input);
    const long number = std::lround(255 * input[0]) + 256 * std::lround(255 * input[1]);
    CHECK(number % 10 == set.domains[0].labels[i]);
    numbers.insert(static_cast<int>(number));
  }
  CHECK(numbers.size() == 101);
}

TEST_CASE("An image is rotated counter-clockwise about its centre: bilinear, rounded, 0 outside the source") {
  const std::vector<std::uint8_t> image = pattern();
  const DataSet set = rotated_mnist(copies(6, image), 0);
  for (std::size_t e = 0; e < 6; ++e) {
    const std::vector<int> turned = first_image(set.domains[e]);
    const double angle = static_cast<double>(e) * 15 * std::numbers::pi / 180;
    for (int y = 0; y < kDigitSide; ++y)
      for (int x = 0; x < kDigitSide; ++x) {
        // Rows count from the top, so the inverse rotation has the positive angle here.
        const double u = std::cos(angle) * (x - 13.5) - std::sin(angle) * (y - 13.5) + 14;
        const double v = std::sin(angle) * (x - 13.5) + std::cos(angle) * (y - 13.5) + 14;
        const bool inside = u >= 0 && u < kDigitSide && v >= 0 && v < kDigitSide;
        const double expected = inside ? tents(image, u, v) : 0;
        CHECK(std::fabs(turned[static_cast<std::size_t>(y * kDigitSide + x)] - expected) <= 0.5 + 1e-9);
      }
  }
}

TEST_CASE("The first domain shows the digits as they are") {
  const std::vector<std::uint8_t> image = pattern();
  CHECK(first_image(rotated_mnist(copies(6, image), 0).domains[0]) ==
        std::vector<int>(image.begin(), image.end()));
}

TEST_CASE("Ink above the centre moves to the left, and none comes in from outside") {
  std::vector<std::uint8_t> image(Digits::kPixels);
  for (const std::size_t x : {13, 14}) image[4 * kDigitSide + x] = 255;
  const std::vector<int> turned = first_image(rotated_mnist(copies(6, image), 0).domains[5]);
  double ink = 0, x_sum = 0, y_sum = 0;
  for (int i = 0; i < static_cast<int>(Digits::kPixels); ++i) {
    ink += turned[static_cast<std::size_t>(i)];
    x_sum += turned[static_cast<std::size_t>(i)] * (i % kDigitSide - 13.5);
    y_sum += turned[static_cast<std::size_t>(i)] * (i / kDigitSide - 13.5);
  }
  CHECK(x_sum / ink == doctest::Approx(-9.18).epsilon(0.02));  // -9.5 sin 75
  CHECK(y_sum / ink == doctest::Approx(-2.46).epsilon(0.05));  // -9.5 cos 75
  const std::vector<int> white =
      first_image(rotated_mnist(copies(6, std::vector<std::uint8_t>(Digits::kPixels, 255)), 0).domains[3]);
  CHECK(white[0] == 0);
  CHECK(white[14 * kDigitSide + 14] == 255);
}

TEST_CASE("Rotated images have fixed bits, for any number of threads") {
  Digits digits = copies(2000, pattern());
  for (std::size_t i = 0; i < digits.pixels.size(); ++i)
    digits.pixels[i] = static_cast<std::uint8_t>(digits.pixels[i] + i / 784);
  for (const int threads : {1, 3}) {
    const DataSet set = rotated_mnist(digits, 7, sand::Threads(threads));
    sand::Fingerprint fingerprint;
    std::vector<Scalar> input(Digits::kPixels);
    std::vector<std::uint8_t> bytes(Digits::kPixels);
    for (const Domain& domain : set.domains)
      for (std::uint32_t i = 0; i < domain.size(); ++i) {
        domain.read(i, input);
        std::transform(input.begin(), input.end(), bytes.begin(),
                       [](Scalar x) { return static_cast<std::uint8_t>(std::lround(255 * x)); });
        fingerprint.add(std::span<const std::uint8_t>(bytes));
      }
    CHECK(fingerprint.text() == "f4256ac2e43e8e64");
  }
}

TEST_CASE("Another seed distributes the digits differently") {
  Digits digits = copies(600, pattern());
  for (std::uint32_t i = 0; i < 600; ++i) digits.labels[i] = static_cast<std::uint8_t>(i % 10);
  CHECK(rotated_mnist(digits, 7).domains[0].labels == rotated_mnist(digits, 7).domains[0].labels);
  CHECK(rotated_mnist(digits, 7).domains[0].labels != rotated_mnist(digits, 8).domains[0].labels);
}

TEST_CASE("Rotated digits without their pixels are refused") {
  Digits digits = copies(6, pattern());
  digits.pixels.pop_back();
  CHECK_THROWS_WITH_AS(
      rotated_mnist(digits, 7),
      "rotated mnist: at least 6 digits, each with 784 pixels and a label\n    labels 6\n    pixels 4703",
      sand::Error);
}
