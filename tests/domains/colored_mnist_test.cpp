#include "domains/colored_mnist.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/fingerprint.h"

using sand::Scalar;
using sand::Shape;
using sand::domains::colored_mnist;
using sand::domains::colored_mnist_irm;
using sand::domains::DataSet;
using sand::domains::Digits;
using sand::domains::Domain;

namespace {

/// Test images instead of digits: image i has its number i in the pixels (0, 0) and (0, 2), ink in (2, 0) and
/// a pattern elsewhere.
std::shared_ptr<const Digits> numbered_images(std::uint32_t count) {
  Digits digits{"numbered images", std::vector<std::uint8_t>(count * Digits::kPixels),
                std::vector<std::uint8_t>(count)};
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint8_t* image = &digits.pixels[i * Digits::kPixels];
    for (std::uint32_t j = 0; j < Digits::kPixels; ++j) image[j] = static_cast<std::uint8_t>(i + 3 * j);
    image[0] = static_cast<std::uint8_t>(i);
    image[2] = static_cast<std::uint8_t>(i >> 8);
    image[2 * Digits::kSide] = 255;
    digits.labels[i] = static_cast<std::uint8_t>(i % 10);
  }
  return std::make_shared<const Digits>(std::move(digits));
}

/// What an example of a domain shows.
struct Seen {
  std::uint32_t number;  // of the image
  bool form;             // the digit is below 5
  bool label, colour;
};

std::vector<Seen> look(const Domain& domain) {
  const bool small = domain.example == Shape{2, 14, 14};
  const std::size_t channel = small ? 14 * 14 : 28 * 28, second_row = small ? 14 : 2 * 28,
                    second_pixel = small ? 1 : 2;
  std::vector<Scalar> input(2 * channel);
  std::vector<Seen> all;
  for (std::uint32_t i = 0; i < domain.size(); ++i) {
    std::fill(input.begin(), input.end(), Scalar{-1});  // read must write every number
    domain.read(i, input);
    const bool colour = input[channel + second_row] == 1;
    const Scalar* ink = &input[colour ? channel : 0];
    const Scalar* blank = &input[colour ? 0 : channel];
    CHECK(std::all_of(blank, blank + channel, [](Scalar x) { return x == 0; }));
    CHECK(ink[second_row] == 1);
    const auto number =
        static_cast<std::uint32_t>(std::lround(255 * ink[0]) + 256 * std::lround(255 * ink[second_pixel]));
    all.push_back({number, number % 10 < 5, domain.labels[i] == 1, colour});
  }
  return all;
}

/// The share of `all` for which `property` holds is within 5 standard deviations of `probability`.
template <class Property>
bool share_is(double probability, const std::vector<Seen>& all, Property property) {
  const double n = static_cast<double>(all.size());
  const double share = static_cast<double>(std::count_if(all.begin(), all.end(), property)) / n;
  return std::fabs(share - probability) < 5 * std::sqrt(probability * (1 - probability) / n);
}

bool label_is_colour(const Seen& s) { return s.label == s.colour; }
bool label_is_form(const Seen& s) { return s.label == s.form; }

}  // namespace

TEST_CASE("ColoredMNIST distributes all digits over +90%, +80% and -90%") {
  const DataSet set = colored_mnist(numbered_images(10'000), 7);
  CHECK(set.name == "ColoredMNIST");
  CHECK(set.source == "numbered images");
  CHECK(set.example == Shape{2, 28, 28});
  CHECK(set.classes == 2);
  REQUIRE(set.domains.size() == 3);
  const std::string names[] = {"+90%", "+80%", "-90%"};
  const std::uint32_t sizes[] = {3334, 3333, 3333};
  std::vector<int> seen(10'000);
  for (std::size_t e = 0; e < 3; ++e) {
    CHECK(set.domains[e].name == names[e]);
    CHECK(set.domains[e].size() == sizes[e]);
    CHECK(set.domains[e].example == set.example);
    for (const Seen& s : look(set.domains[e])) ++seen[s.number];
  }
  CHECK(std::count(seen.begin(), seen.end(), 1) == 10'000);
}

TEST_CASE(
    "In ColoredMNIST the colour gives the label in 90, 80 and 10 % of the examples, the shape in 75 %") {
  const DataSet set = colored_mnist(numbered_images(30'000), 7);
  const double colour_tells[] = {0.9, 0.8, 0.1};
  for (std::size_t e = 0; e < 3; ++e) {
    const std::vector<Seen> all = look(set.domains[e]);
    CHECK(share_is(colour_tells[e], all, label_is_colour));
    CHECK(share_is(0.75, all, label_is_form));
    CHECK(share_is(0.5, all, [](const Seen& s) { return s.label; }));
    const double both = 0.75 * colour_tells[e];  // the two flips are independent
    CHECK(share_is(both, all, [](const Seen& s) { return label_is_form(s) && label_is_colour(s); }));
  }
}

TEST_CASE("The IRM paper's ColoredMNIST trains on the first 5/6 of the digits and tests on the last") {
  const DataSet set = colored_mnist_irm(numbered_images(6001), 7);
  CHECK(set.name == "ColoredMNIST-IRM");
  CHECK(set.source == "numbered images");
  CHECK(set.example == Shape{2, 14, 14});
  CHECK(set.classes == 2);
  REQUIRE(set.domains.size() == 3);
  const std::string names[] = {"e=0.2", "e=0.1", "e=0.9"};
  const std::uint32_t sizes[] = {2501, 2500, 1000};
  std::vector<int> seen(6001);
  for (std::size_t e = 0; e < 3; ++e) {
    CHECK(set.domains[e].name == names[e]);
    CHECK(set.domains[e].size() == sizes[e]);
    CHECK(set.domains[e].example == set.example);
    for (const Seen& s : look(set.domains[e])) {
      ++seen[s.number];
      CHECK((s.number >= 5001) == (e == 2));
    }
  }
  CHECK(std::count(seen.begin(), seen.end(), 1) == 6001);
}

TEST_CASE("In the IRM paper's ColoredMNIST the colour gives the label in 80, 90 and 10 % of the examples") {
  const DataSet set = colored_mnist_irm(numbered_images(30'000), 7);
  const double colour_tells[] = {0.8, 0.9, 0.1};
  for (std::size_t e = 0; e < 3; ++e) {
    const std::vector<Seen> all = look(set.domains[e]);
    CHECK(share_is(colour_tells[e], all, label_is_colour));
    CHECK(share_is(0.75, all, label_is_form));
  }
}

TEST_CASE("The inked channel is the grey image / 255: every pixel, or every second one of every second row") {
  const auto digits = numbered_images(60);
  for (const int stride : {1, 2}) {
    const Domain domain = (stride == 1 ? colored_mnist(digits, 7) : colored_mnist_irm(digits, 7)).domains[1];
    const std::vector<Seen> all = look(domain);
    const std::size_t side = static_cast<std::size_t>(28 / stride);
    std::vector<Scalar> input(2 * side * side);
    for (std::uint32_t i = 0; i < domain.size(); ++i) {
      domain.read(i, input);
      for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
          const std::uint8_t grey =
              digits
                  ->pixels[all[i].number * Digits::kPixels + static_cast<std::size_t>(stride) * (28 * y + x)];
          CHECK(input[(all[i].colour ? side * side : 0) + side * y + x] == static_cast<Scalar>(grey) / 255);
        }
    }
  }
}

TEST_CASE("Every domain draws its own flips") {
  const DataSet set = colored_mnist(numbered_images(30'000), 7);
  std::vector<Seen> both = look(set.domains[0]);
  const std::vector<Seen> other = look(set.domains[1]);
  both.resize(other.size());
  for (std::size_t i = 0; i < both.size(); ++i)
    both[i].label = label_is_form(both[i]) || label_is_form(other[i]);
  CHECK(share_is(1 - 0.25 * 0.25, both, [](const Seen& s) { return s.label; }));
}

TEST_CASE(
    "The same seed gives the same data set on every machine, and another seed gives other splits and flips") {
  const auto digits = numbered_images(600);
  struct Drawn {
    std::vector<std::uint32_t> numbers;
    std::vector<std::uint8_t> flips;  // 1: the label, 2: the colour
    std::string fingerprint;
  };
  const auto draw = [&](auto make, std::uint64_t seed) {
    Drawn drawn;
    for (const Domain& domain : make(digits, seed).domains)
      for (const Seen& s : look(domain)) {
        drawn.numbers.push_back(s.number);
        drawn.flips.push_back(static_cast<std::uint8_t>(!label_is_form(s) + 2 * !label_is_colour(s)));
      }
    sand::Fingerprint fingerprint;
    fingerprint.add(std::span<const std::uint32_t>(drawn.numbers))
        .add(std::span<const std::uint8_t>(drawn.flips));
    drawn.fingerprint = fingerprint.text();
    return drawn;
  };
  using Make = DataSet (*)(std::shared_ptr<const Digits>, std::uint64_t);
  const Make whole = [](std::shared_ptr<const Digits> of, std::uint64_t seed) {
    return colored_mnist(std::move(of), seed);
  };
  CHECK(draw(whole, 7).fingerprint == "cf569d04dacdebfb");
  CHECK(draw(colored_mnist_irm, 7).fingerprint == "652d7d9dae124c60");
  for (const Make make : {whole, Make(colored_mnist_irm)}) {
    CHECK(draw(make, 7).numbers != draw(make, 8).numbers);
    CHECK(draw(make, 7).flips != draw(make, 8).flips);
  }
}

TEST_CASE("Domains stay valid after their data set and digits are gone") {
  Domain domain = colored_mnist(numbered_images(60), 7).domains[2];
  CHECK(look(domain).size() == 20);
}

TEST_CASE("Too few digits, or digits without their pixels, are refused") {
  const std::string rule = "colored mnist: at least 6 digits, each with 784 pixels and a label";
  CHECK_THROWS_WITH_AS(colored_mnist(numbered_images(5), 7),
                       (rule + "\n    labels 5\n    pixels 3920").c_str(), sand::Error);
  CHECK_THROWS_WITH_AS(colored_mnist_irm(nullptr, 7), (rule + "\n    labels 0\n    pixels 0").c_str(),
                       sand::Error);
  Digits digits = *numbered_images(6);
  digits.pixels.pop_back();
  CHECK_THROWS_WITH_AS(colored_mnist(std::make_shared<const Digits>(digits), 7),
                       (rule + "\n    labels 6\n    pixels 4703").c_str(), sand::Error);
}

TEST_CASE("At half the size, pictures have every second pixel, and all else is the same") {
  const DataSet whole = colored_mnist(numbered_images(60), 7),
                half = colored_mnist(numbered_images(60), 7, true);
  CHECK(half.example == Shape{2, 14, 14});
  std::vector<Scalar> large(2 * 28 * 28), small(2 * 14 * 14);
  for (std::size_t e = 0; e < 3; ++e) {
    CHECK(half.domains[e].labels == whole.domains[e].labels);
    for (const std::uint32_t example : {0u, 11u}) {
      whole.domains[e].read(example, large);
      half.domains[e].read(example, small);
      for (std::size_t at = 0; at < small.size(); ++at) {
        const std::size_t c = at / 196, row = at / 14 % 14, column = at % 14;
        CHECK(small[at] == large[c * 784 + 2 * row * 28 + 2 * column]);
      }
    }
  }
}
