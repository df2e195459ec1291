#include "domains/spirals.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>

#include "tensor/error.h"
#include "tensor/fingerprint.h"

using namespace sand::domains;
using sand::Scalar;

namespace {

std::vector<Scalar> input(const Domain& domain, std::uint32_t example) {
  std::vector<Scalar> numbers(static_cast<std::size_t>(domain.example.size()));
  domain.read(example, numbers);
  return numbers;
}

/// Within one unit in the last place of a float; of a double, within the few units by which our logarithm and
/// sine may differ.
bool agrees(Scalar ours, double numpys) {
  const Scalar golden = static_cast<Scalar>(numpys);
  if (std::is_same_v<Scalar, float>) return ours == golden || std::nextafter(golden, ours) == ours;
  return std::fabs(ours - golden) <= 1e-14 * std::fabs(golden);
}

}  // namespace

TEST_CASE("Spirals are the examples that numpy draws") {
  std::ifstream file(SANDGRAD_SOURCE_DIR "/tests/golden/spirals.txt");
  Spirals task({.domains = 1, .examples = 2, .test_examples = 2});
  const Domain* domain = nullptr;
  int examples = 0;
  for (std::string line; std::getline(file, line);) {
    CAPTURE(line);
    std::istringstream words(line);
    std::string what, word;
    words >> what;
    if (what == "data") {
      SpiralsOptions o;
      words >> o.seed >> o.domains >> o.examples >> o.dimensions >> o.turns >> o.test_examples;
      task = Spirals(o);
      REQUIRE(task.domains.size() == static_cast<std::size_t>(o.domains) + 1);
    } else if (what == "domain") {
      std::size_t number = 0;
      std::uint32_t size = 0;
      words >> number >> size >> word;
      domain = &task.domains[number];
      CHECK(domain->size() == size);
      CHECK(sand::Fingerprint().add(std::span<const std::int32_t>(domain->labels)).text() == word);
    } else {
      std::uint32_t example = 0;
      std::int32_t label = 0;
      words >> example >> label;
      CHECK(domain->labels[example] == label);
      for (const Scalar ours : input(*domain, example)) {
        words >> word;
        CHECK_MESSAGE(agrees(ours, std::strtod(word.c_str(), nullptr)), ours << " instead of " << word);
      }
      ++examples;
    }
  }
  CHECK(examples == (9 + 3 * 8) + (4 + 2 * 6) + 3 * 4);
}

TEST_CASE("A task of spirals names its domains and marks those for training") {
  const Spirals task({.domains = 3, .examples = 5, .dimensions = 4, .test_examples = 7, .seed = 11});
  CHECK(task.name == "Spirals");
  CHECK(task.source == "spirals drawn from seed 11");
  CHECK(task.classes == 2);
  CHECK(task.inputs() == 6);
  CHECK(task.example == sand::Shape{6});
  CHECK(task.test().domain->name == "test");
  CHECK(task.test().examples.size() == 7);
  const std::vector<Part> training = task.training();
  REQUIRE(training.size() == 3);
  CHECK(training[0].domain == &task.domains[1]);
  CHECK(training[0].domain->name == "env1");
  CHECK(training[2].domain->name == "env3");
  CHECK(training[2].examples.size() == 5);
}

TEST_CASE("The signature predicts the label on the training domains of spirals, but not on the test domain") {
  const Spirals task({.domains = 2, .examples = 200, .dimensions = 4, .test_examples = 200});
  for (const Domain& domain : task.domains) {
    int agreeing = 0;  // examples whose signature, turned by the label, points to the side of the first one's
    const Scalar first = input(domain, 0)[2] * static_cast<Scalar>(2 * domain.labels[0] - 1);
    for (std::uint32_t i = 0; i < domain.size(); ++i)
      agreeing += input(domain, i)[2] * static_cast<Scalar>(2 * domain.labels[i] - 1) * first > 0;
    if (domain.name == "test") {
      CHECK(agreeing > 60);
      CHECK(agreeing < 140);
    } else {
      CHECK(agreeing == 200);
    }
  }
}

TEST_CASE("The next seed shifts training domains by one and does not change the test domain") {
  const SpiralsOptions options{.domains = 2, .examples = 6, .dimensions = 0, .test_examples = 3};
  SpiralsOptions next = options;
  next.seed = 1;
  const Spirals task(options), shifted(next);
  CHECK(input(task.domains[2], 5) == input(shifted.domains[1], 5));
  CHECK(input(task.domains[1], 5) != input(shifted.domains[1], 5));
  CHECK(input(task.domains[0], 2) == input(shifted.domains[0], 2));
}

TEST_CASE("With 0 dimensions the inputs are the spirals alone, with unit deviation") {
  const Spirals task({.domains = 1, .examples = 50, .dimensions = 0, .test_examples = 2});
  CHECK(task.inputs() == 2);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    double sum = 0, squares = 0;
    for (std::uint32_t i = 0; i < 50; ++i) {
      const double value = static_cast<double>(input(task.domains[1], i)[axis]);
      sum += value;
      squares += value * value;
    }
    CHECK(squares / 50 - sum / 50 * sum / 50 == doctest::Approx(1));
  }
}

TEST_CASE("Spirals stay valid after their task is gone") {
  Domain kept;
  {
    const Spirals task({.domains = 1, .examples = 2, .test_examples = 2});
    kept = task.domains[1];
  }
  CHECK(std::isfinite(input(kept, 1)[0]));
}

TEST_CASE("Invalid options of spirals are refused before anything is drawn") {
  const auto refuse = [](const SpiralsOptions& options, const char* message) {
    CHECK_THROWS_WITH_AS(Spirals{options}, message, sand::Error);
  };
  refuse({.domains = 0}, "spirals: domains must be in 1 .. 4096\n    found 0");
  refuse({.domains = 5000}, "spirals: domains must be in 1 .. 4096\n    found 5000");
  refuse({.examples = 1}, "spirals: examples must be at least 2, or they have no spread\n    found 1");
  refuse({.test_examples = -2000},
         "spirals: test_examples must be at least 2, or they have no spread\n    found -2000");
  refuse({.dimensions = -1}, "spirals: dimensions must not be negative\n    found -1");
  refuse({.turns = 0}, "spirals: turns must be in 0.01 .. 10000\n    found 0.000000");
  refuse({.turns = std::numeric_limits<double>::quiet_NaN()},
         "spirals: turns must be in 0.01 .. 10000\n    found nan");
  refuse({.domains = 16, .seed = 4294967280u},
         "spirals: seed + domains must stay below 2^32, the last seed is the test's\n    found 4294967280");
  CHECK_NOTHROW(Spirals({.domains = 16, .examples = 2, .seed = 4294967279u}));
  refuse({.examples = 2000000000},
         "spirals: (domains * examples + test_examples) * (2 + dimensions) must be at most 2^30\n    found "
         "576000036000.000000");
}
