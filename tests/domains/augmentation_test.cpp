#include "domains/augmentation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "tensor/fingerprint.h"
#include "tensor/sum.h"

using sand::Random;
using sand::Scalar;
using sand::domains::augment;

namespace {

constexpr int kSide = 32;
constexpr std::size_t kPixels = kSide * kSide;
using Image = std::vector<std::uint8_t>;  // [3, 32, 32]
using Pixels = std::vector<Scalar>;

/// Red grows to the right, green downwards, blue is the same everywhere.
Image slopes() {
  Image image(3 * kPixels, 90);
  for (std::size_t i = 0; i < kPixels; ++i) {
    image[i] = static_cast<std::uint8_t>(50 + 4 * (i % kSide));
    image[kPixels + i] = static_cast<std::uint8_t>(50 + 4 * (i / kSide));
  }
  return image;
}

Image plain(int red, int green, int blue) {
  Image image(kPixels, static_cast<std::uint8_t>(red));
  image.insert(image.end(), kPixels, static_cast<std::uint8_t>(green));
  image.insert(image.end(), kPixels, static_cast<std::uint8_t>(blue));
  return image;
}

Pixels augmented(const Image& image, std::uint32_t example) {
  Pixels out(image.size(), Scalar{-1});
  augment(image, kSide, Random(7, 0x61750000, 3, example), out);
  return out;
}

/// The first pixel [3] of 2,000 pictures made from a uniform image.
std::vector<Pixels> colours_of(const Image& image) {
  std::vector<Pixels> all;
  for (std::uint32_t example = 0; example < 2000; ++example) {
    const Pixels out = augmented(image, example);
    all.push_back({out[0], out[kPixels], out[2 * kPixels]});
  }
  return all;
}

double mean(const std::vector<double>& numbers) {
  return sand::sum(std::span<const double>(numbers)) / static_cast<double>(numbers.size());
}

}  // namespace

TEST_CASE("The same random numbers give the same picture, and others give another picture") {
  CHECK(augmented(slopes(), 1) == augmented(slopes(), 1));
  std::set<Pixels> different;
  for (std::uint32_t example = 0; example < 20; ++example) different.insert(augmented(slopes(), example));
  CHECK(different.size() == 20);
}

TEST_CASE("Every number is written and is in 0 .. 1") {
  Image harsh = slopes();
  for (std::size_t i = 0; i < harsh.size(); i += 3) harsh[i] = i % 2 == 0 ? 0 : 255;
  for (std::uint32_t example = 0; example < 200; ++example) {
    const Pixels out = augmented(harsh, example);
    CHECK(std::all_of(out.begin(), out.end(), [](Scalar x) { return x >= 0 && x <= 1; }));
  }
}

TEST_CASE("The mean brightness is unchanged") {
  std::vector<double> greys;
  for (std::uint32_t example = 0; example < 1000; ++example) {
    const Pixels out = augmented(plain(100, 100, 100), example);
    greys.push_back(sand::sum(std::span<const Scalar>(out)) / static_cast<double>(out.size()));
  }
  CHECK(mean(greys) == doctest::Approx(100.0 / 255).epsilon(0.02));
  CHECK(*std::min_element(greys.begin(), greys.end()) == doctest::Approx(0.7 * 100 / 255).epsilon(0.01));
  CHECK(*std::max_element(greys.begin(), greys.end()) == doctest::Approx(1.3 * 100 / 255).epsilon(0.01));
}

TEST_CASE("Half of the pictures are mirrored, and none is upside down") {
  int mirrored = 0;
  for (std::uint32_t example = 0; example < 1000; ++example) {
    const Pixels out = augmented(slopes(), example);
    const auto grey = [&](std::size_t row, std::size_t column) {
      double sum = 0;
      for (std::size_t c = 0; c < 3; ++c) sum += static_cast<double>(out[c * kPixels + row * kSide + column]);
      return sum;
    };
    mirrored += grey(16, 2) > grey(16, 29);
    CHECK(grey(2, 16) < grey(29, 16));
  }
  CHECK(std::abs(mirrored - 500) < 80);  // 5 standard deviations
}

TEST_CASE("A crop has 0.7 to 1 of the area, an aspect ratio of 3/4 to 4/3 and any position") {
  Image square(3 * kPixels,
               100);  // of 12 x 12 pixels, in the middle, so that it contains the middle of every crop
  const auto inside = [](std::size_t i) { return i >= 10 && i < 22; };
  for (std::size_t i = 0; i < square.size(); ++i)
    if (inside(i % kSide) && inside(i / kSide % kSide)) square[i] = 130;
  std::vector<double> areas, ratios, centres;
  for (std::uint32_t example = 0; example < 1000; ++example) {
    const Pixels out = augmented(square, example);
    const double ground = out[0], ink = out[16 * kSide + 16] - out[0];
    double wide = 0, high = 0, centre = 0;  // of the square, in pixels of the picture
    for (std::size_t i = 0; i < kSide; ++i) {
      wide += (out[16 * kSide + i] - ground) / ink;
      high += (out[i * kSide + 16] - ground) / ink;
      centre += (static_cast<double>(i) + 0.5) * (out[i * kSide + 16] - ground) / ink;
    }
    areas.push_back(12 / wide * 12 / high);
    ratios.push_back(high / wide);
    centres.push_back(centre / high);
  }
  const auto range = [](const std::vector<double>& numbers) {
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    return std::pair{*least, *most};
  };
  CHECK(range(areas).first == doctest::Approx(0.7).epsilon(0.05));
  CHECK(range(areas).second == doctest::Approx(1).epsilon(0.03));
  CHECK(range(ratios).first == doctest::Approx(0.75).epsilon(0.05));
  CHECK(range(ratios).second == doctest::Approx(4.0 / 3).epsilon(0.05));
  CHECK(mean(areas) == doctest::Approx(0.83).epsilon(0.03));  // the largest areas allow only few ratios
  CHECK(mean(centres) == doctest::Approx(16).epsilon(0.02));
  CHECK(range(centres).second > 20);
}

TEST_CASE("A tenth of the pictures are grey") {
  const std::vector<Pixels> colours = colours_of(plain(200, 80, 40));
  const auto grey = std::count_if(colours.begin(), colours.end(), [](const Pixels& c) {
    return *std::max_element(c.begin(), c.end()) - *std::min_element(c.begin(), c.end()) < Scalar(1e-5);
  });
  CHECK(std::abs(static_cast<int>(grey) - 200) < 68);  // 5 standard deviations
}

TEST_CASE("Hues turn by up to 0.3 of the circle, evenly in both directions") {
  std::vector<double> turns;  // in sixths of the circle, of a pure red
  for (const Pixels& c : colours_of(plain(160, 40, 40))) {
    const double value = *std::max_element(c.begin(), c.end()), least = *std::min_element(c.begin(), c.end());
    const double chroma = value - least, r = c[0], g = c[1], b = c[2];
    if (chroma < 1e-4) continue;  // one of the grey ones
    turns.push_back(value == r   ? (g - b) / chroma
                    : value == g ? 2 + (b - r) / chroma
                                 : -2 + (r - g) / chroma);
  }
  CHECK(turns.size() > 1700);
  CHECK(*std::max_element(turns.begin(), turns.end()) == doctest::Approx(1.8).epsilon(0.01));
  CHECK(*std::min_element(turns.begin(), turns.end()) == doctest::Approx(-1.8).epsilon(0.01));
  CHECK(std::fabs(mean(turns)) < 0.12);  // 5 standard deviations
}

TEST_CASE("Contrast and saturation spread colours by 0.7 to 1.3") {
  std::vector<double> spreads;  // of grey: only contrast and brightness change it
  Image halves(3 * kPixels, 100);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = i / kSide % kSide < kSide / 2 ? 110 : 90;
  for (std::uint32_t example = 0; example < 2000; ++example) {
    const Pixels out = augmented(halves, example);
    spreads.push_back(static_cast<double>(out[16] - out[kPixels - 16]) * 255 / 20);
  }
  CHECK(*std::min_element(spreads.begin(), spreads.end()) ==
        doctest::Approx(0.49).epsilon(0.05));  // 0.7 of both
  CHECK(*std::max_element(spreads.begin(), spreads.end()) == doctest::Approx(1.69).epsilon(0.05));
  CHECK(mean(spreads) == doctest::Approx(1).epsilon(0.02));

  std::vector<double> chromas;
  for (const Pixels& c : colours_of(plain(110, 100, 90)))
    chromas.push_back(
        static_cast<double>(*std::max_element(c.begin(), c.end()) - *std::min_element(c.begin(), c.end())) *
        255 / 20);
  CHECK(*std::max_element(chromas.begin(), chromas.end()) >
        1.8);  // brightness and saturation; contrast is relative to the image's own mean
  CHECK(mean(chromas) == doctest::Approx(0.9).epsilon(0.05));  // and a tenth of them is grey
}

TEST_CASE("An augmented picture has fixed bits") {
  std::vector<float> numbers;
  for (std::uint32_t example = 0; example < 50; ++example)
    for (const Scalar x : augmented(slopes(), example)) numbers.push_back(static_cast<float>(x));
  CHECK(sand::Fingerprint().add(std::span<const float>(numbers)).text() ==
        (sizeof(Scalar) == 8 ? "f0a66a23a20807c6" : "ba1004923092e1d7"));
}
