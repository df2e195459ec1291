#include "tensor/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "tensor/fingerprint.h"

using sand::Random;

namespace {

using Words = std::array<std::uint32_t, 4>;

/// Sum of (found - expected)^2 / expected over cells that are equally likely.
double chi_square(const std::vector<int>& found) {
  const double expected =
      std::accumulate(found.begin(), found.end(), 0.0) / static_cast<double>(found.size());
  double sum = 0;
  for (const int count : found) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

/// The chi-square value that chance exceeds once in a hundred thousand times (Wilson and Hilferty's
/// approximation).
double chi_square_limit(std::size_t cells) {
  const double freedom = static_cast<double>(cells - 1), spread = 2 / (9 * freedom);
  return freedom * std::pow(1 - spread + 4.26 * std::sqrt(spread), 3);
}

template <class Draw>
std::vector<double> draws(int count, Draw draw) {
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (double& number : numbers) number = draw();
  return numbers;
}

double mean_of_power(const std::vector<double>& numbers, int power) {
  double sum = 0;
  for (const double number : numbers) sum += std::pow(number, power);
  return sum / static_cast<double>(numbers.size());
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the vectors of its authors") {
  CHECK(sand::philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(sand::philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(sand::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("A run of Philox has the words of its counters, also where the last number wraps around") {
  for (const std::uint32_t first : {0u, 5u, ~std::uint32_t{0} - 3}) {
    std::vector<std::uint32_t> words(96);
    sand::philox_run({1, 2, 3, first}, {4, 5}, words);
    for (std::uint32_t i = 0; i < 24; ++i) {
      const Words expected = sand::philox({1, 2, 3, first + i}, {4, 5});
      CHECK(std::equal(expected.begin(), expected.end(), words.begin() + 4 * i));
    }
  }
}

TEST_CASE("A sequence is Philox of block, stream, step and example, under the seed as key") {
  Random random(0x1122334455667788, 3, 5, 7);
  for (std::uint32_t block = 0; block < 3; ++block)
    for (const std::uint32_t word : sand::philox({block, 3, 5, 7}, {0x55667788, 0x11223344}))
      CHECK(random.bits() == word);
}

TEST_CASE("Each part of the key changes the sequence") {
  std::map<std::uint32_t, int> seen;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32})
    for (std::uint32_t stream = 0; stream < 3; ++stream)
      for (std::uint32_t step = 0; step < 3; ++step)
        for (std::uint32_t example = 0; example < 3; ++example)
          ++seen[Random(seed, stream, step, example).bits()];
  CHECK(seen.size() == 81);
}

TEST_CASE("Another stream starts at its beginning and keeps seed, step and example") {
  Random used(7, 1, 2, 3);
  used.bits();
  used.normal();
  Random expected(7, 9, 2, 3), found = used.stream(9);
  for (int i = 0; i < 9; ++i) CHECK(found.bits() == expected.bits());
}

TEST_CASE("Another stream keeps all 64 bits of the seed") {
  Random expected(0x1122334455667788, 9, 2, 3), found = Random(0x1122334455667788, 1, 2, 3).stream(9);
  for (int i = 0; i < 9; ++i) CHECK(found.bits() == expected.bits());
}

TEST_CASE("A copy continues like its original") {
  Random original(7);
  original.normal();  // the second normal is kept
  Random copy = original;
  CHECK(copy.normal() == original.normal());
  CHECK(copy.uniform() == original.uniform());
}

TEST_CASE("A uniform number has 53 random bits, from the first word down") {
  Random bits(7), random(7);
  for (int i = 0; i < 100; ++i) {
    const double high = bits.bits(), low = bits.bits() >> 11;
    CHECK(random.uniform() == high * 0x1p-32 + low * 0x1p-53);
  }
}

TEST_CASE("Uniform numbers fill [0, 1) evenly") {
  Random random(11);
  constexpr int kCount = 200'000;
  const std::vector<double> numbers = draws(kCount, [&] { return random.uniform(); });
  std::vector<int> cells(1000);
  for (const double number : numbers) {
    REQUIRE((number >= 0 && number < 1));
    ++cells[static_cast<std::size_t>(number * 1000)];
  }
  CHECK(chi_square(cells) < chi_square_limit(1000));
  CHECK(std::fabs(mean_of_power(numbers, 1) - 1.0 / 2) < 4 * std::sqrt(1.0 / 12 / kCount));
  CHECK(std::fabs(mean_of_power(numbers, 2) - 1.0 / 3) < 4 * std::sqrt(4.0 / 45 / kCount));
  CHECK(*std::max_element(numbers.begin(), numbers.end()) > 0.9999);
}

TEST_CASE("Uniform numbers between two bounds stay there") {
  Random random(12);
  const std::vector<double> numbers = draws(10'000, [&] { return random.uniform(-3, 5); });
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  CHECK((*least >= -3 && *least < -2.99));
  CHECK((*most < 5 && *most > 4.99));
}

TEST_CASE("Normal numbers have the moments and the tails of the normal distribution") {
  Random random(13);
  constexpr int kCount = 200'000;
  std::vector<double> numbers = draws(kCount, [&] { return random.normal(); });
  const double moments[] = {0, 1, 0, 3, 0, 15};           // of powers 1 to 6
  const double variances[] = {1, 2, 15, 96, 945, 10170};  // of one power, E x^2p - (E x^p)^2
  for (int power = 1; power <= 6; ++power)
    CHECK(std::fabs(mean_of_power(numbers, power) - moments[power - 1]) <
          4 * std::sqrt(variances[power - 1] / kCount));

  // Kolmogorov and Smirnov: the largest distance between the two distribution functions.
  std::sort(numbers.begin(), numbers.end());
  double distance = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    distance = std::max(
        distance, std::fabs(std::erfc(-numbers[i] / std::sqrt(2.0)) / 2 - static_cast<double>(i) / kCount));
  CHECK(distance < 2.2 / std::sqrt(kCount));  // exceeded by chance once in 8000 times

  const auto beyond =
      std::count_if(numbers.begin(), numbers.end(), [](double x) { return std::fabs(x) > 3; });
  const double expected = std::erfc(3 / std::sqrt(2.0)) * kCount;
  CHECK(std::fabs(static_cast<double>(beyond) - expected) < 4 * std::sqrt(expected));
  CHECK(numbers.front() < -4);
  CHECK(numbers.back() > 4);
}

TEST_CASE("The two normal numbers of one draw are independent") {
  Random random(14);
  double product = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double first = random.normal();
    product += first * random.normal();
  }
  CHECK(std::fabs(product / 100'000) < 4 / std::sqrt(100'000.0));
}

TEST_CASE("Small integers are equally likely, for any count") {
  Random random(15);
  for (const std::uint32_t count : {2u, 3u, 5u, 6u, 7u, 10u, 100u, 1000u}) {
    std::vector<int> cells(count);
    for (int i = 0; i < 50'000; ++i) ++cells.at(random.below(count));
    CHECK(chi_square(cells) < chi_square_limit(count));
  }
  CHECK(random.below(1) == 0);
}

TEST_CASE(
    "Large whole numbers are equally likely, where taking the remainder or the product alone would not be "
    "fair") {
  Random random(16);
  const std::uint32_t count = 3u << 30;
  std::vector<int> thirds(3), remainders(3);
  for (int i = 0; i < 30'000; ++i) {
    const std::uint32_t number = random.below(count);
    REQUIRE(number < count);
    ++thirds[number >> 30];    // the remainder alone would make the first third twice as likely
    ++remainders[number % 3];  // the product alone would make multiples of three twice as likely
  }
  CHECK(chi_square(thirds) < chi_square_limit(3));
  CHECK(chi_square(remainders) < chi_square_limit(3));
}

TEST_CASE("A permutation holds every number once") {
  Random random(17);
  for (const std::uint32_t count : {0u, 1u, 2u, 1000u}) {
    std::vector<std::uint32_t> order = random.permutation(count), all(count);
    std::iota(all.begin(), all.end(), 0u);
    CHECK((count < 1000 || order != all));
    std::sort(order.begin(), order.end());
    CHECK(order == all);
  }
}

TEST_CASE("Every permutation is equally likely") {
  Random random(18);
  std::map<std::vector<std::uint32_t>, int> seen;
  for (int i = 0; i < 24'000; ++i) ++seen[random.permutation(4)];
  std::vector<int> cells;
  for (const auto& [order, count] : seen) cells.push_back(count);
  CHECK(cells.size() == 24);
  CHECK(chi_square(cells) < chi_square_limit(24));
}

TEST_CASE("Random numbers are the same bits on every machine") {
  Random random(1);
  std::vector<double> numbers;
  for (int i = 0; i < 1000; ++i)
    numbers.insert(numbers.end(), {random.uniform(), random.normal(), double(random.below(1000))});
  CHECK(sand::Fingerprint().add(std::span<const double>(numbers)).text() == "86ab0aae76a79b7e");
}
