#include "experiments/hparams.h"

#include <cmath>

#include "domains/random_state.h"
#include "experiments/names.h"
#include "experiments/parse_json.h"
#include "experiments/seed_hash.h"
#include "tensor/elementary.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

/// base^x, where ln base = high + low: what x high loses to rounding is put back. libm's pow differs from machine to machine.
double power(double high, double low, double x) {
  const double product = x * high, e = sand::exp(product);
  return std::fma(e, std::fma(x, low, std::fma(x, high, -product)), e);
}
double power_of_10(double x) { return power(0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53, x); }
double power_of_2(double x) { return power(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56, x); }

}  // namespace

double draw(const HparamRule& rule, std::int64_t hparams_seed, std::int64_t trial_seed) {
  if (hparams_seed == 0) return rule.standard;
  domains::RandomState random(seed_hash(seed_hash(hparams_seed, trial_seed), rule.name));
  switch (rule.draw) {
    case HparamRule::Draw::uniform: return random.uniform(rule.low, rule.high);
    case HparamRule::Draw::power_of_10: return power_of_10(random.uniform(rule.low, rule.high));
    case HparamRule::Draw::whole_power_of_2: return std::floor(power_of_2(random.uniform(rule.low, rule.high)));
    case HparamRule::Draw::fixed: break;
  }
  return rule.standard;
}

std::vector<std::string> override_hparams(Hparams& hparams, const std::string& json, const std::vector<std::string>& of_others) {
  const nlohmann::json given = parse_json(json);
  check(given.is_object(), [&] {
    return Error(Fault::usage, "hparams: expected a JSON object of numbers")
        .fact("found", json.substr(0, 200))
        .hint(R"(--hparams '{"tau": 0.9, "k": 10}')");
  });
  std::vector<std::string> known = of_others, passed_over;
  for (const auto& [name, value] : hparams) known.push_back(name);
  for (const auto& [name, value] : given.items()) {
    check(value.is_number() && std::isfinite(value.get<double>()), [&, &name = name, &value = value] {
      return Error(Fault::usage, "hparams: " + name + " must be a number").fact("found", value.dump().substr(0, 100));
    });
    const std::string found = find_name("hparams", name, known);
    if (const auto own = hparams.find(found); own != hparams.end())
      own->second = value.get<double>();
    else
      passed_over.push_back(found);
  }
  return passed_over;
}

}  // namespace sand::experiments
