#include <doctest/doctest.h>

#include "domains/spirals.h"
#include "experiments/setup/data_sets.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"

using namespace sand::experiments;
using sand::Scalar;
using sand::domains::DataSet;

namespace {

std::vector<Scalar> input(const DataSet& data, std::size_t domain, std::uint32_t example) {
  std::vector<Scalar> numbers(static_cast<std::size_t>(data.example.size()));
  data.domains[domain].read(example, numbers);
  return numbers;
}

}  // namespace

TEST_CASE("Signature and turns make the spirals of these options") {
  DataRequest request;
  request.signature = 3;
  request.turns = 1;
  request.seed = 2;
  const DataSet found = make_data_set(request, sand::Threads(1));
  const sand::domains::Spirals expected({.dimensions = 3, .turns = 1, .seed = 2000});
  REQUIRE(found.example == expected.example);
  for (const std::size_t domain : {0, 1, 16})
    for (const std::uint32_t example : {0u, 7u, 1023u})
      CHECK(input(found, domain, example) == input(expected, domain, example));
}

TEST_CASE("A digit count makes fewer digits") {
  DataRequest request;
  request.name = "ColoredMNIST-14";
  request.digit_count = 900;
  const DataSet data = make_data_set(request, sand::Threads(1));
  std::uint32_t examples = 0;
  for (const sand::domains::Domain& domain : data.domains) examples += domain.size();
  CHECK(examples == 900);
}

TEST_CASE("The toys are data sets by name") {
  DataRequest request;
  for (const char* name : {"ToyLine", "ToyLineRotated"}) {
    request.name = name;
    CHECK(make_data_set(request, sand::Threads(1)).name == name);
  }
}

TEST_CASE("Records name the settings of generated data only if they are set") {
  RunRequest request;
  const std::string plain = settings_json(resolve(request));
  for (const char* key : {"signature", "turns", "digit_count"}) CHECK(plain.find(key) == std::string::npos);
  request.data.signature = 2;
  request.data.turns = 1.5;
  request.data.digit_count = 600;
  const std::string json = settings_json(resolve(request));
  const Settings read = settings_from_json(json, "a test");
  CHECK(read.data.signature == 2);
  CHECK(read.data.turns == 1.5);
  CHECK(read.data.digit_count == 600);
  CHECK(settings_json(read) == json);
}

TEST_CASE("Settings of generated data out of range are refused") {
  RunRequest request;
  request.data.signature = -1;
  CHECK_THROWS_AS(resolve(request), sand::Error);
  request.data.signature = 16;
  request.data.turns = 0;
  CHECK_THROWS_AS(resolve(request), sand::Error);
  request.data.turns = 3;
  request.data.digit_count = 2'000'000;
  CHECK_THROWS_AS(resolve(request), sand::Error);
}
