#include "experiments/setup/recipe.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/settings.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

/// Throws Error(usage) "FLAG: RULE" unless `ok`.
void must(bool ok, const std::string& flag, const std::string& rule, const std::string& hint = "") {
  check(ok, [&] {
    Error error(Fault::usage, flag + ": " + rule);
    if (!hint.empty()) error.hint(hint);
    return error;
  });
}

void check_schedule(const Recipe& recipe, int steps) {
  const Recipe standard;
  const bool by_steps = recipe.schedule == "step", cosine = recipe.schedule == "cosine";
  must(by_steps || recipe.decay_at.empty(), "--decay-at", "has no effect without --schedule step");
  must(by_steps || recipe.decay_factor == standard.decay_factor, "--decay-factor",
       "has no effect without --schedule step");
  must(cosine || recipe.final_lr == standard.final_lr, "--final-lr",
       "has no effect without --schedule cosine");
  must(!by_steps || !recipe.decay_at.empty(), "--schedule step", "needs --decay-at, the steps of its decays",
       "--decay-at 600 900");
  must(recipe.schedule != "warmup" || recipe.warmup_steps > 0, "--schedule warmup",
       "needs --warmup-steps, its length", "--warmup-steps 100");
  check(recipe.warmup_steps < steps, [&] {
    return Error(Fault::usage, "--warmup-steps: the warm-up must end before the run")
        .fact("found", std::to_string(recipe.warmup_steps))
        .fact("steps", std::to_string(steps));
  });
  int before = std::max(recipe.warmup_steps - 1, 0);
  for (const int at : recipe.decay_at) {
    check(at > before && at < steps, [&] {
      return Error(Fault::usage,
                   "--decay-at: steps must ascend, after the warm-up and before the end of the run")
          .fact("found", std::to_string(at))
          .fact("range", std::to_string(before + 1) + " .. " + std::to_string(steps - 1));
    });
    before = at;
  }
}

std::string canonical_weights(const std::string& text) {
  if (::strcasecmp(text.c_str(), "balanced") == 0) return "balanced";
  std::string canonical;
  for (const double weight : class_weight_numbers(text))
    canonical += (canonical.empty() ? "" : ",") + shortest(weight);
  return canonical;
}

}  // namespace

const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> names = {"protocol", "constant", "step", "cosine", "warmup"};
  return names;
}

std::vector<double> class_weight_numbers(const std::string& text) {
  std::vector<double> weights;
  if (text.empty() || text == "balanced") return weights;
  const auto wrong = [&] {
    return Error(Fault::usage, "--class-weights: expected balanced, or a number of at least 0 for each class")
        .fact("found", text.substr(0, 200))
        .hint("--class-weights 1,2.5 for two classes");
  };
  const char *at = text.data(), *const end = at + text.size();
  while (true) {
    double weight = -1;
    const auto [next, failure] = std::from_chars(at, end, weight);
    check(failure == std::errc() && std::isfinite(weight) && weight >= 0 && weights.size() < 4096, wrong);
    weights.push_back(weight);
    if (next == end) break;
    check(*next == ',', wrong);
    at = next + 1;
  }
  check(std::any_of(weights.begin(), weights.end(), [](double weight) { return weight > 0; }), [&] {
    return Error(Fault::usage, "--class-weights: at least one class must count").fact("found", text);
  });
  return weights;
}

Recipe resolve_recipe(const Settings& settings) {
  Recipe recipe = settings.recipe;
  if (recipe.optimizer != Recipe().optimizer) {
    recipe.optimizer = optim::optimizer_named(recipe.optimizer).name;
    const Algorithm& method = algorithm(settings);
    must(*method.optimizer == '\0', "--optimizer",
         method.name + " decides how its direction moves the weights: by " + method.optimizer);
  }
  recipe.schedule = find_name("schedule", recipe.schedule, schedule_names());
  recipe.class_weights = canonical_weights(recipe.class_weights);
  check_schedule(recipe, settings.steps);
  must(recipe.early_stop == 0 || settings.holdout_fraction > 0, "--early-stop",
       "there is no held-out data to score", "--holdout-fraction 0.2");
  must(recipe.early_stop == 0 || !settings.evaluation.test_at_end, "--early-stop",
       "does not go with --test-at-end: nobody knows beforehand which evaluation is the last");
  must(!recipe.balanced || settings.protocol.order == domains::Order::with_replacement, "--balanced",
       std::string("the protocol ") + settings.protocol.name +
           (settings.protocol.order == domains::Order::epochs ? " draws every example once an epoch"
                                                              : " takes every example in every step"),
       "--protocol domainbed draws with replacement");
  return recipe;
}

}  // namespace sand::experiments
