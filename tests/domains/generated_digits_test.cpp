#include "domains/generated_digits.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "tensor/error.h"
#include "tensor/fingerprint.h"

using sand::Threads;
using sand::domains::Digits;
using sand::domains::generated_digits;

namespace {

bool same(const Digits& a, const Digits& b) { return a.labels == b.labels && a.pixels == b.pixels; }

/// The share of digits begin .. end - 1 that are nearest to the mean of their class; means are over 0 ..
/// begin - 1.
double nearest_mean_accuracy(const Digits& digits, std::uint32_t begin, std::uint32_t end) {
  std::array<std::vector<double>, 10> means;
  std::array<double, 10> counts{};
  means.fill(std::vector<double>(Digits::kPixels));
  for (std::uint32_t i = 0; i < begin; ++i) {
    ++counts[digits.labels[i]];
    for (std::size_t j = 0; j < Digits::kPixels; ++j)
      means[digits.labels[i]][j] += digits.pixels[i * Digits::kPixels + j];
  }
  int right = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    std::array<double, 10> distances{};
    for (std::size_t label = 0; label < 10; ++label)
      for (std::size_t j = 0; j < Digits::kPixels; ++j) {
        const double off = means[label][j] / counts[label] - digits.pixels[i * Digits::kPixels + j];
        distances[label] += off * off;
      }
    right += std::min_element(distances.begin(), distances.end()) - distances.begin() == digits.labels[i];
  }
  return right / static_cast<double>(end - begin);
}

}  // namespace

TEST_CASE("Generated digits have the format of MNIST") {
  const Digits digits = generated_digits(300, 1);
  CHECK(digits.size() == 300);
  CHECK(digits.pixels.size() == 300 * Digits::kPixels);
  CHECK(digits.source == "generated digits");
}

TEST_CASE("Generated digits do not depend on the number of threads") {
  const Digits digits = generated_digits(1000, 7, Threads(1));
  CHECK(same(digits, generated_digits(1000, 7, Threads(2))));
  CHECK(same(digits, generated_digits(1000, 7, Threads(3))));
}

TEST_CASE("More generated digits continue fewer, and another seed draws others") {
  Digits more = generated_digits(700, 7);
  CHECK_FALSE(same(generated_digits(700, 8), more));
  more.labels.resize(300);
  more.pixels.resize(300 * Digits::kPixels);
  CHECK(same(generated_digits(300, 7), more));
}

TEST_CASE("Generated digits have the same bits on every machine") {
  const Digits digits = generated_digits(1000, 7);
  sand::Fingerprint fingerprint;
  fingerprint.add(std::span<const std::uint8_t>(digits.labels))
      .add(std::span<const std::uint8_t>(digits.pixels));
  CHECK(fingerprint.text() == "be143aa0257411cb");
}

TEST_CASE("Every digit is drawn equally often") {
  const Digits digits = generated_digits(10'000, 7);
  for (int digit = 0; digit < 10; ++digit)
    CHECK(std::fabs(std::count(digits.labels.begin(), digits.labels.end(), digit) - 1000) <
          5 * std::sqrt(900));  // sigma^2 = n p (1 - p)
}

TEST_CASE("Every generated digit is written in full ink inside its image") {
  const Digits digits = generated_digits(2000, 7);
  double ink = 0, at_the_edge = 0;
  for (std::uint32_t i = 0; i < digits.size(); ++i) {
    const std::uint8_t* image = &digits.pixels[i * Digits::kPixels];
    CHECK(*std::max_element(image, image + Digits::kPixels) == 255);
    for (int j = 0; j < Digits::kSide; ++j) {
      at_the_edge += image[j] + image[27 * 28 + j] + image[28 * j] + image[28 * j + 27];
      for (int k = 0; k < Digits::kSide; ++k) ink += image[28 * j + k];
    }
  }
  CHECK(at_the_edge < 0.01 * ink);
  CHECK(ink / 255 / digits.pixels.size() == doctest::Approx(0.12).epsilon(0.2).scale(0));  // MNIST: 0.13
}

TEST_CASE("Generated digits look like their class, but a linear classifier does not separate them") {
  const double accuracy = nearest_mean_accuracy(generated_digits(4000, 7), 3000, 4000);
  CHECK(accuracy > 0.6);
  CHECK(accuracy < 0.9);
}

TEST_CASE("No digits, or more than a million, are refused before anything is allocated") {
  CHECK_THROWS_WITH_AS(generated_digits(0, 7), "generated digits: expected 1 to 1000000 digits, found 0",
                       sand::Error);
  CHECK_THROWS_WITH_AS(generated_digits(4'000'000'000, 7),
                       "generated digits: expected 1 to 1000000 digits, found 4000000000", sand::Error);
}
