#include "experiments/setup/hparams.h"

#include <strings.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "domains/random_state.h"
#include "experiments/setup/power.h"
#include "experiments/setup/seed_hash.h"
#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

bool is_flag(const std::string& name) { return name == "rescale" || name == "data_augmentation"; }

/// A user's JSON object. Values in values of arrays are dropped: their names are in `nested`.
struct Given {
  std::vector<std::string> names;  // as given: an object would drop duplicates
  std::set<std::string> nested;
  Json values;

  explicit Given(const std::string& json) {
    using Event = Json::parse_event_t;
    const auto flat = [this](int depth, Event event, Json& value) {
      if (event == Event::key && depth == 1) names.push_back(value.get<std::string>());
      const bool is_array = event == Event::array_start, opens = is_array || event == Event::object_start;
      if (opens && depth > 1 && !names.empty()) nested.insert(names.back());
      return !opens || depth == 0 || (depth == 1 && is_array);
    };
    values = Json::parse(json, flat, false);
    check(values.is_object(), [&] {
      return Error(Fault::usage, "hparams: expected a JSON object of numbers")
          .fact("found", json.substr(0, 200))
          .hint(R"(--hparams '{"tau": 0.9, "k": 10}')");
    });
  }

  Json value(const std::string& name) const { return values.value(name, Json(Json::value_t::discarded)); }
};

Error wrong(const std::string& name, const std::string& rule, const std::string& found) {
  return Error(Fault::usage, "hparams: " + name + " must be " + rule).fact("found", found);
}

std::string kind(const Json& value) {
  return value.is_array() ? "an array" : value.is_discarded() ? "an object" : value.dump().substr(0, 100);
}

double number_of(const std::string& name, const Json& value) {
  const double number = value.is_number()                     ? value.get<double>()
                        : value.is_boolean() && is_flag(name) ? value.get<bool>()
                                                              : NAN;
  check(is_flag(name) ? number == 0 || number == 1 : std::isfinite(number),
        [&] { return wrong(name, is_flag(name) ? "true or false, 1 or 0" : "a number", kind(value)); });
  return number;
}

std::vector<double> numbers_of(const std::string& name, const Json& value, bool nested) {
  constexpr std::size_t kMostNumbers = 4096;
  const std::string rule = "a list of numbers";
  check(value.is_array(),
        [&] { return wrong(name, rule, kind(value)).hint("[0.25, 0.75]: one for every domain"); });
  check(!nested, [&] { return wrong(name, rule, "an array or an object in it"); });
  check(!value.empty(), [&] {
    return wrong(name, rule + ", at least one", "[]").hint("without " + name + " the method has a default");
  });
  check(value.size() <= kMostNumbers, [&] {
    return wrong(name, rule + ", at most " + std::to_string(kMostNumbers),
                 std::to_string(value.size()) + " numbers");
  });
  std::vector<double> numbers;
  for (const Json& number : value) {
    check(number.is_number(), [&] {
      return wrong(name, rule, number.dump().substr(0, 100) + " as number " + std::to_string(numbers.size()));
    });
    numbers.push_back(number.get<double>());  // finite: the parser refuses 1e999
  }
  return numbers;
}

/// The place of a word among the rule's words. Ignores case.
double word_of(const HparamRule& rule, const Json& value) {
  const std::vector<std::string> words(rule.words.begin(), rule.words.end());
  const std::string word = value.is_string() ? value.get<std::string>() : "";
  for (std::size_t i = 0; i < words.size(); ++i)
    if (::strcasecmp(words[i].c_str(), word.c_str()) == 0) return static_cast<double>(i);
  Error error = wrong(rule.name, either(words), kind(value));
  if (const std::string nearest = nearest_name(word, words); !nearest.empty())
    error.hint("did you mean " + nearest + "?");
  throw error;
}

const HparamRule* rule_of(const std::string& name, const std::vector<HparamRule>& rules) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const HparamRule& rule) { return name == rule.name; });
  return found == rules.end() ? nullptr : &*found;
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
      return rule.choices.at(
          static_cast<std::size_t>(random.randint(0, static_cast<std::int64_t>(rule.choices.size()))));
    case HparamRule::Draw::fixed: break;
  }
  return rule.standard;
}

std::vector<std::string> override_hparams(Hparams& hparams, const std::string& json,
                                          const std::vector<HparamRule>& rules,
                                          const std::vector<HparamRule>& of_others) {
  const Given given(json);
  std::set<std::string> own, taken;
  for (const auto& [name, value] : hparams) own.insert(name.substr(0, name.find('.')));  // "weights.0"
  for (const HparamRule& rule : rules) own.insert(rule.name);
  std::set<std::string> all = own;
  for (const HparamRule& rule : of_others) all.insert(rule.name);
  const std::vector<std::string> known(all.begin(), all.end());
  std::vector<std::string> passed_over;
  Hparams unused;
  for (const std::string& as_given : given.names) {
    const std::string name = find_name("hparams", as_given, known);
    check(taken.insert(name).second,
          [&] { return Error(Fault::usage, "hparams: " + name + " is given twice"); });
    const bool is_own = own.count(name) == 1;
    const HparamRule* const rule = rule_of(name, is_own ? rules : of_others);
    const Json value = given.value(as_given);
    Hparams& changed = is_own ? hparams : unused;
    if (rule != nullptr && rule->is_list)
      set_list(changed, name, numbers_of(name, value, given.nested.count(as_given) == 1));
    else
      changed[name] =
          rule != nullptr && !rule->words.empty() ? word_of(*rule, value) : number_of(name, value);
    if (!is_own) passed_over.push_back(name);
  }
  return passed_over;
}

std::string standard_text(const HparamRule& rule) {
  if (rule.is_list) return rule.without_list;
  return rule.words.empty() ? shortest(rule.standard)
                            : rule.words.at(static_cast<std::size_t>(rule.standard));
}

Json hparams_json(const Hparams& hparams, const std::vector<HparamRule>& rules) {
  Json json = hparams;
  for (const HparamRule& rule : rules) {
    const std::vector<double> list = rule.is_list ? list_of(hparams, rule.name) : std::vector<double>();
    for (std::size_t i = 0; i < list.size(); ++i)
      json.erase(std::string(rule.name) + "." + std::to_string(i));
    if (!list.empty()) json[rule.name] = list;
    if (!rule.words.empty()) json[rule.name] = rule.words.at(static_cast<std::size_t>(hparams.at(rule.name)));
  }
  return json;
}

}  // namespace sand::experiments
