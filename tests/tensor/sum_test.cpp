#include "tensor/sum.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "tensor/random.h"

namespace {

/// Numbers of very different size and both signs, so that every order of adding them rounds in its own way.
std::vector<double> uneven(std::size_t count) {
  sand::Random random(count);
  std::vector<double> numbers(count);
  for (double& number : numbers) number = random.normal() * std::exp2(random.uniform(-30, 30));
  return numbers;
}

double sum_of(const std::vector<double>& numbers) { return sand::sum(std::span<const double>(numbers)); }

}  // namespace

TEST_CASE("Number i is added to running sum i mod 8, and the eight sums are folded: 8 to 4 to 2 to 1") {
  int other_than_plain = 0;
  for (std::size_t count = 0; count < 100; ++count) {
    const std::vector<double> numbers = uneven(count);
    double lane[8] = {};
    for (std::size_t i = 0; i < count; ++i) lane[i % 8] += numbers[i];
    for (const int half : {4, 2, 1})
      for (int j = 0; j < half; ++j) lane[j] += lane[j + half];
    CHECK(sum_of(numbers) == lane[0]);
    other_than_plain += sum_of(numbers) != std::accumulate(numbers.begin(), numbers.end(), 0.0);
  }
  CHECK(other_than_plain > 50);  // so the order matters
}

TEST_CASE("A sum of floats is kept in double until its end") {
  const std::vector<float> numbers(9, 0x1.000002p24f);  // 9 times it needs 28 bits
  CHECK(sand::sum(std::span<const float>(numbers)) == 9 * 0x1.000002p24);
  CHECK(sum_of({}) == 0);
}

TEST_CASE("The sum of terms is the sum of their values") {
  for (const sand::Index count : {0, 1, 7, 8, 9, 100}) {
    std::vector<double> terms;
    for (sand::Index i = 0; i < count; ++i) terms.push_back(0.1 * static_cast<double>(i * i));
    CHECK(sand::sum_terms(count, [](sand::Index i) { return 0.1 * static_cast<double>(i * i); }) ==
          sum_of(terms));
  }
}
