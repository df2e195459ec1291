#include "experiments/setup/hparams.h"

#include <doctest/doctest.h>
#include <mpfr.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "tensor/error.h"

using sand::HparamRule;
using sand::Hparams;
using namespace sand::experiments;

namespace {

using Drawn = HparamRule::Draw;

/// The relative distance of `found` from base^x, in units of epsilon.
double epsilons_from_power(double found, int base, double x) {
  mpfr_t exact, difference;
  mpfr_inits2(200, exact, difference, nullptr);
  mpfr_set_d(difference, x, MPFR_RNDN);
  mpfr_ui_pow(exact, static_cast<unsigned long>(base), difference, MPFR_RNDN);
  mpfr_d_sub(difference, found, exact, MPFR_RNDN);
  mpfr_div(difference, difference, exact, MPFR_RNDN);
  const double relative = std::fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clears(exact, difference, nullptr);
  return relative / std::numeric_limits<double>::epsilon();
}

const HparamRule kList = {
    .name = "weights", .standard = 0, .draw = Drawn::fixed, .low = 0, .high = 0, .is_list = true};
const HparamRule kWord = {.name = "mode",
                          .standard = 1,
                          .draw = Drawn::fixed,
                          .low = 0,
                          .high = 0,
                          .words = {"min", "median", "rmse"}};
const std::vector<HparamRule> kRules = {kList, kWord, {"tau", 0.5, Drawn::fixed, 0, 0}};

/// The values of kRules after an override.
Hparams overridden(const std::string& json) {
  Hparams hparams = sand::standard_hparams(kRules);
  override_hparams(hparams, json, kRules, {});
  return hparams;
}

std::string refused(const std::string& json) {
  try {
    overridden(json);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::usage);
    return error.what();
  }
  return "";
}

std::string list_of_zeros(std::size_t count) {
  std::string text = "0";
  for (std::size_t i = 1; i < count; ++i) text += ",0";
  return R"({"weights": [)" + text + "]}";
}

}  // namespace

TEST_CASE("A power of 10 is within 3 units of the last place, for any exponent") {
  double worst = 0;
  for (std::int64_t seed = 1; seed <= 300; ++seed) {
    const double x = draw({"x", 0, Drawn::uniform, -300, 300}, seed, 0),
                 y = draw({"x", 0, Drawn::power_of_10, -300, 300}, seed, 0);
    worst = std::max(worst, epsilons_from_power(y, 10, x));
  }
  CHECK(worst <= 3);
}

TEST_CASE("A whole power of 2 is rounded down") {
  for (std::int64_t seed = 1; seed <= 300; ++seed) {
    const double x = draw({"x", 0, Drawn::uniform, 0, 10}, seed, 0);
    CHECK(draw({"x", 0, Drawn::whole_power_of_2, 0, 10}, seed, 0) == std::floor(std::exp2(x)));
  }
}

TEST_CASE("One of several numbers is drawn as numpy's choice does") {
  const auto drawn = [](const char* name, const std::vector<double>& choices) {
    HparamRule rule{name, 7, Drawn::choice, 0, 0};
    rule.choices = choices;
    std::vector<double> found;
    for (int seed = 0; seed <= 8; ++seed) found.push_back(draw(rule, seed, 0));
    return found;
  };
  // numpy.random.RandomState(seed_hash(seed_hash(seed, 0), name)).choice(choices), after the standard value
  CHECK(drawn("mlp_depth", {3, 4, 5}) == std::vector<double>{7, 4, 5, 3, 5, 3, 3, 4, 3});
  CHECK(drawn("mlp_dropout", {0, 0.1, 0.5}) ==
        std::vector<double>{7, 0.5, 0.1, 0.1, 0.5, 0.1, 0.5, 0.1, 0.1});
  CHECK(drawn("n_meta_test", {1, 2}) == std::vector<double>{7, 1, 2, 1, 1, 2, 2, 2, 1});
}

TEST_CASE("Seed 0 and a fixed rule give the standard value; others depend on seed, trial and name") {
  CHECK(draw({"x", 7, Drawn::uniform, 0, 1}, 0, 3) == 7);
  CHECK(draw({"x", 7, Drawn::fixed, 0, 1}, 3, 3) == 7);
  const double one = draw({"x", 7, Drawn::uniform, 0, 1}, 1, 2);
  CHECK(draw({"x", 7, Drawn::uniform, 0, 1}, 2, 2) != one);
  CHECK(draw({"x", 7, Drawn::uniform, 0, 1}, 1, 3) != one);
  CHECK(draw({"y", 7, Drawn::uniform, 0, 1}, 1, 2) != one);
}

TEST_CASE("A list that is not given has no entries, and a word is its place among the words") {
  const Hparams hparams = sand::standard_hparams(kRules);
  CHECK(hparams == Hparams{{"mode", 1}, {"tau", 0.5}});
  CHECK(sand::list_of(hparams, "weights").empty());
}

TEST_CASE("A list is read in its order, and a word in any case") {
  CHECK(sand::list_of(overridden(R"({"weights": [3, -0.5, 1e-300]})"), "weights") ==
        std::vector<double>{3, -0.5, 1e-300});
  CHECK(sand::list_of(overridden(R"({"WEIGHTS": [1]})"), "weights") == std::vector<double>{1});
  CHECK(overridden(R"({"mode": "min"})").at("mode") == 0);
  CHECK(overridden(R"({"mode": "RMSE"})").at("mode") == 2);
  CHECK(sand::list_of(overridden(list_of_zeros(4096)), "weights").size() == 4096);
}

TEST_CASE("A list replaces a longer one") {
  Hparams hparams = overridden(R"({"weights": [1, 2, 3]})");
  override_hparams(hparams, R"({"weights": [4]})", kRules, {});
  CHECK(hparams == Hparams{{"mode", 1}, {"tau", 0.5}, {"weights.0", 4}});
}

TEST_CASE("Anything but a list of numbers is refused for a list") {
  const std::string rule = "hparams: weights must be a list of numbers";
  CHECK(refused(R"({"weights": 0.5})") ==
        rule + "\n    found 0.5\n    hint: [0.25, 0.75]: one for every domain");
  CHECK(refused(R"({"weights": {"a": 1}})") ==
        rule + "\n    found an object\n    hint: [0.25, 0.75]: one for every domain");
  for (const char* value : {"true", "null", "\"a\""})
    CHECK(refused(R"({"weights": )" + std::string(value) + "}").starts_with(rule + "\n    found " + value));
  for (const char* value : {"[[1]]", "[1, [2], 3]", "[1, {}]", "[{\"a\": [1]}]"})
    CHECK(refused(R"({"weights": )" + std::string(value) + "}") ==
          rule + "\n    found an array or an object in it");
  CHECK(refused(R"({"weights": [1, "2"]})") == rule + "\n    found \"2\" as number 1");
  CHECK(refused(R"({"weights": [null]})") == rule + "\n    found null as number 0");
  CHECK(refused(R"({"weights": [true]})") == rule + "\n    found true as number 0");
  CHECK(refused(R"({"weights": []})") ==
        rule + ", at least one\n    found []\n    hint: without weights the method has a default");
  CHECK(refused(list_of_zeros(4097)) == rule + ", at most 4096\n    found 4097 numbers");
  CHECK(refused(R"({"weights": [1e999]})").starts_with("hparams: expected a JSON object of numbers"));
  CHECK(refused(R"({"weights": [NaN]})").starts_with("hparams: expected a JSON object of numbers"));
  CHECK(refused(R"({"weights": [1], "Weights": [1]})") == "hparams: weights is given twice");
}

TEST_CASE("An entry of a list is not a name") {
  CHECK(refused(R"({"weights.0": 1})").starts_with("hparams: no such name\n    found weights.0"));
  Hparams hparams = overridden(R"({"weights": [1]})");
  CHECK_THROWS_AS(override_hparams(hparams, R"({"weights.0": 1})", kRules, {}), sand::Error);
}

TEST_CASE("Only its words are accepted for a word, with a suggestion") {
  const std::string rule = "hparams: mode must be min, median or rmse";
  CHECK(refused(R"({"mode": "medain"})") == rule + "\n    found \"medain\"\n    hint: did you mean median?");
  CHECK(refused(R"({"mode": "greatest"})") == rule + "\n    found \"greatest\"");
  for (const char* value : {"0", "true", "null", "\"\""})
    CHECK(refused(R"({"mode": )" + std::string(value) + "}") == rule + "\n    found " + value);
  CHECK(refused(R"({"mode": ["min"]})") == rule + "\n    found an array");
  CHECK(refused(R"({"mode": {}})") == rule + "\n    found an object");
}

TEST_CASE("A list and a word are refused for a number") {
  CHECK(refused(R"({"tau": [0.5]})") == "hparams: tau must be a number\n    found an array");
  CHECK(refused(R"({"tau": [[0.5]]})") == "hparams: tau must be a number\n    found an array");
  CHECK(refused(R"({"tau": "min"})") == "hparams: tau must be a number\n    found \"min\"");
}

TEST_CASE("Lists and words of other algorithms are checked and passed over") {
  Hparams hparams = {{"tau", 0.5}};
  const auto pass = [&](const std::string& json) { return override_hparams(hparams, json, {}, kRules); };
  CHECK(pass(R"({"weights": [1, 2], "mode": "min", "tau": 1})") ==
        std::vector<std::string>{"weights", "mode"});
  CHECK(hparams == Hparams{{"tau", 1}});
  CHECK_THROWS_AS(pass(R"({"weights": 1})"), sand::Error);
  CHECK_THROWS_AS(pass(R"({"mode": "max"})"), sand::Error);
}

TEST_CASE("Lists and words are written as they are read") {
  const std::string text = R"({"mode":"rmse","tau":0.5,"weights":[0.1,2.0]})";
  CHECK(hparams_json(overridden(text), kRules).dump() == text);
  CHECK(hparams_json(sand::standard_hparams(kRules), kRules).dump() == R"({"mode":"median","tau":0.5})");
}
