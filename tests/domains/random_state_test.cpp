#include "domains/random_state.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tensor/error.h"

using sand::domains::RandomState;

namespace {

/// Runs one line of tests/golden/random_state.txt, "what arguments = values", and checks its values.
void follow(const std::string& line, RandomState& random) {
  CAPTURE(line);
  std::istringstream words(line);
  std::string what, word;
  std::vector<double> arguments;
  words >> what;
  while (words >> word && word != "=") arguments.push_back(std::strtod(word.c_str(), nullptr));
  const auto argument = [&](std::size_t i) { return static_cast<std::int64_t>(arguments[i]); };
  if (what == "seed") {
    random = RandomState(static_cast<std::uint32_t>(argument(0)));
  } else if (what == "skip") {
    for (std::int64_t i = 0; i < argument(0); ++i) random.random_sample();
  } else if (what == "permutation") {
    for (const std::uint32_t number : random.permutation(static_cast<std::uint32_t>(argument(0)))) {
      words >> word;
      CHECK(std::to_string(number) == word);
    }
  } else {
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(arguments.back()); ++i) {
      words >> word;
      const double golden = std::strtod(word.c_str(), nullptr);
      if (what == "random_sample") CHECK(random.random_sample() == golden);
      if (what == "uniform") CHECK(random.uniform(arguments[0], arguments[1]) == golden);
      if (what == "randint")
        CHECK(random.randint(argument(0), argument(1)) == static_cast<std::int64_t>(golden));
      if (what == "randn") CHECK(std::fabs(random.randn() - golden) <= 1e-15 * std::fabs(golden));
    }
  }
}

}  // namespace

TEST_CASE("RandomState gives the same numbers as numpy, for any order of draws") {
  std::ifstream file(SANDGRAD_SOURCE_DIR "/tests/golden/random_state.txt");
  RandomState random(0);
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) follow(line, random);
  CHECK(lines == 4 * 14);
}

TEST_CASE("The shuffle of DomainBed's split with trial 0, domain 0 is the published one") {
  CHECK(RandomState(894182419).permutation(10) == std::vector<std::uint32_t>{2, 3, 8, 1, 4, 5, 0, 9, 6, 7});
}

TEST_CASE("A shuffle permutes the given numbers") {
  std::vector<std::uint32_t> numbers{10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
  RandomState(894182419).shuffle(numbers);
  CHECK(numbers == std::vector<std::uint32_t>{12, 13, 18, 11, 14, 15, 10, 19, 16, 17});
  CHECK(RandomState(3).permutation(0).empty());
}

TEST_CASE("randint reaches both ends of the largest range and refuses an empty one") {
  RandomState random(5);
  int negative = 0;
  for (int i = 0; i < 100; ++i) negative += random.randint(INT64_MIN, INT64_MAX) < 0;
  CHECK(negative > 25);
  CHECK(negative < 75);
  CHECK(random.randint(INT64_MAX - 1, INT64_MAX) == INT64_MAX - 1);
  CHECK_THROWS_WITH_AS(random.randint(3, 3), "randint: low must be less than high\n    low  3\n    high 3",
                       sand::Error);
}
