#include "experiments/setup/search_space.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "experiments/machine/sha256.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/seed_hash.h"
#include "tensor/error.h"

using nlohmann::json;
using namespace sand::experiments;

namespace {

std::vector<json> golden(const char* name) {
  std::ifstream file(std::string(SANDGRAD_SOURCE_DIR "/tests/golden/") + name);
  std::vector<json> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line));
  return rows;
}

RunRequest request_of(const json& row) {
  RunRequest request;
  request.protocol_name = "domainbed";
  request.domainbed_defaults = request.allow_closed = true;
  request.algorithm = row.at("algorithm");
  request.data.name = row.at("dataset");
  request.hparams_seed = row.at("hparams_seed");
  request.trial_seed = row.at("trial_seed");
  return request;
}

RunRequest sand_mask(std::int64_t hparams_seed) {
  RunRequest request;
  request.protocol_name = "domainbed";
  request.hparams_seed = hparams_seed;
  request.allow_closed = true;
  return request;
}

}  // namespace

TEST_CASE("A thousand draws of all shared algorithms equal DomainBed's in every bit") {
  const std::vector<json> rows = golden("domainbed_draws.jsonl");
  REQUIRE(rows.size() == 1000);
  std::set<std::string> algorithms;
  int different = 0;
  for (const json& row : rows) {
    const Settings settings = resolve(request_of(row));
    algorithms.insert(settings.algorithm);
    for (const auto& [name, value] : row.at("hparams").items())
      if (settings.hparams.at(name) != value.get<double>() && ++different < 5)
        FAIL_CHECK(row.at("algorithm") << " on " << row.at("dataset") << ": " << name << " is "
                                       << settings.hparams.at(name) << ", there " << value);
  }
  CHECK(different == 0);
  CHECK(algorithms.size() == 20);
}

TEST_CASE("Splits equal DomainBed's for trial seeds 0 to 9") {
  const std::vector<json> rows = golden("domainbed_splits.jsonl");
  REQUIRE(rows.size() == 80);
  for (const json& row : rows) {
    sand::domains::Domain domain;
    domain.labels.resize(row.at("examples"));
    const sand::domains::Split split = sand::domains::split(
        domain, 0.2, seed_hash(row.at("trial_seed").get<std::int64_t>(), row.at("env").get<std::int64_t>()));
    for (const auto& [name, part] : {std::pair{"in", &split.in}, {"out", &split.out}}) {
      const std::vector<std::int64_t> numbers(part->examples.begin(), part->examples.end());
      CHECK(numbers.size() == row.at(name).at("examples"));
      CHECK(Sha256().add(numbers).hex() == row.at(name).at("sha256"));
    }
  }
}

TEST_CASE("DomainBed's default of tau, under which nothing trains, holds only where it is asked for") {
  RunRequest request = sand_mask(0);
  CHECK(resolve(request).hparams.at("tau") == 0.9);
  request.domainbed_defaults = true;
  CHECK(resolve(request).hparams.at("tau") == 1);
  request.hparams_json = R"({"tau": 0.5})";
  CHECK(resolve(request).hparams.at("tau") == 0.5);
  request = sand_mask(1);
  const double drawn = resolve(request).hparams.at("tau");
  request.domainbed_defaults = true;
  CHECK(resolve(request).hparams.at("tau") == drawn);
}

TEST_CASE("The first release drew int(k), which is 0 for k below 1") {
  int zeros = 0;
  for (std::int64_t seed = 1; seed <= 200; ++seed) {
    RunRequest request = sand_mask(seed);
    const double k = resolve(request).hparams.at("k");
    request.k_as_first_released = true;
    CHECK(resolve(request).hparams.at("k") == std::floor(k));
    zeros += k < 1;
  }
  CHECK(zeros > 50);
  CHECK(zeros < 100);
}

TEST_CASE("A given k is not rounded, and an algorithm without that quirk is refused") {
  RunRequest request = sand_mask(1);
  request.k_as_first_released = true;
  request.hparams_json = R"({"k": 2.5})";
  CHECK(resolve(request).hparams.at("k") == 2.5);
  for (const char* name : {"ERM", "SANDMaskSNR"}) {
    request = sand_mask(1);
    request.algorithm = name;
    request.k_as_first_released = true;
    CHECK_THROWS_AS(resolve(request), sand::Error);
  }
}
