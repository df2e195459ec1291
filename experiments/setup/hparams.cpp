#include "experiments/setup/hparams.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "domains/random_state.h"
#include "experiments/setup/seed_hash.h"
#include "tensor/elementary.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

/// base^x with ln base = high + low. Adds back what x high loses to rounding. libm's pow differs between
/// machines.
double power(double high, double low, double x) {
  const double product = x * high, e = sand::exp(product);
  return std::fma(e, std::fma(x, low, std::fma(x, high, -product)), e);
}
double power_of_10(double x) { return power(0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53, x); }
double power_of_2(double x) { return power(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56, x); }

bool is_flag(const std::string& name) { return name == "rescale" || name == "data_augmentation"; }

double number_of(const std::string& name, const nlohmann::json& value) {
  const double number = value.is_number()                     ? value.get<double>()
                        : value.is_boolean() && is_flag(name) ? value.get<bool>()
                                                              : NAN;
  check(is_flag(name) ? number == 0 || number == 1 : std::isfinite(number), [&] {
    return Error(Fault::usage, "hparams: " + name +
                                   (is_flag(name) ? " must be true or false, 1 or 0" : " must be a number"))
        .fact("found", value.is_discarded() ? "an array or an object" : value.dump().substr(0, 100));
  });
  return number;
}

}  // namespace

double draw(const HparamRule& rule, std::int64_t hparams_seed, std::int64_t trial_seed) {
  if (hparams_seed == 0) return rule.standard;
  domains::RandomState random(seed_hash(seed_hash(hparams_seed, trial_seed), rule.name));
  switch (rule.draw) {
    case HparamRule::Draw::uniform: return random.uniform(rule.low, rule.high);
    case HparamRule::Draw::power_of_10: return power_of_10(random.uniform(rule.low, rule.high));
    case HparamRule::Draw::whole_power_of_2:
      return std::floor(power_of_2(random.uniform(rule.low, rule.high)));
    case HparamRule::Draw::whole_power_of_10:
      return std::floor(power_of_10(random.uniform(rule.low, rule.high)));
    case HparamRule::Draw::whole_uniform: return std::floor(random.uniform(rule.low, rule.high));
    case HparamRule::Draw::choice:
    case HparamRule::Draw::fixed: break;
  }
  return rule.standard;
}

std::vector<std::string> override_hparams(Hparams& hparams, const std::string& json,
                                          const std::vector<std::string>& of_others) {
  std::vector<std::string> names;  // as given; an object would drop duplicates
  using Event = nlohmann::json::parse_event_t;
  const auto flat = [&](int depth, Event event, nlohmann::json& value) {
    if (event == Event::key && depth == 1) names.push_back(value.get<std::string>());
    return depth == 0 ||
           (event != Event::object_start && event != Event::array_start);  // drops all nested values
  };
  const nlohmann::json given = nlohmann::json::parse(json, flat, false);
  check(given.is_object(), [&] {
    return Error(Fault::usage, "hparams: expected a JSON object of numbers")
        .fact("found", json.substr(0, 200))
        .hint(R"(--hparams '{"tau": 0.9, "k": 10}')");
  });
  std::vector<std::string> known = of_others, passed_over;
  for (const auto& [name, value] : hparams) known.push_back(name);
  std::set<std::string> taken;
  for (const std::string& name : names) {
    const std::string found = find_name("hparams", name, known);
    check(taken.insert(found).second,
          [&] { return Error(Fault::usage, "hparams: " + found + " is given twice"); });
    const double number =
        number_of(found, given.value(name, nlohmann::json(nlohmann::json::value_t::discarded)));
    if (const auto own = hparams.find(found); own != hparams.end())
      own->second = number;
    else
      passed_over.push_back(found);
  }
  return passed_over;
}

}  // namespace sand::experiments
