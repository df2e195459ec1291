#include "experiments/setup/settings.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "experiments/machine/sha256.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/model_text.h"
#include "experiments/setup/optimization.h"
#include "experiments/setup/search_space.h"
#include "experiments/setup/settings_table.h"
#include "nn/objective_card.h"
#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

void check_whole(const Hparams& hparams, const std::string& name, double least, double most) {
  const double value = hparams.at(name);
  check(value == std::floor(value) && value >= least && value <= most, [&] {
    return Error(Fault::usage, "hparams: " + name + " must be a whole number")
        .fact("found", std::to_string(value))
        .fact("range",
              std::to_string(static_cast<Index>(least)) + " .. " + std::to_string(static_cast<Index>(most)));
  });
}

/// "auto" is DomainBed's choice under its protocol; other protocols train an MLP, except on photos.
std::string model_for(const std::string& name, const Protocol& protocol, const std::string& data_set) {
  if (is_model_text(name)) return parse_model_text(name).text;
  std::vector<std::string> known = model_names();
  known.insert(known.begin(), "auto");
  const std::string found = find_name("model", name, known);
  if (found != "auto") return found;
  return is_photo_set(data_set) || std::string(protocol.name) == "domainbed" ? standard_model(data_set)
                                                                             : "MLP";
}

/// The loss of numbers and of labels is the same under every protocol.
void choose_objective(Settings& settings, const Algorithm& method) {
  const domains::Task task = task_of(settings);
  if (task == domains::Task::regress) settings.protocol.objective = "SquaredError";
  if (task == domains::Task::multilabel) settings.protocol.objective = "MultiLabelCrossEntropy";
  if (!method.objective || task == domains::Task::classify) return;
  const bool numbers = task == domains::Task::regress;
  const char* reason = method.objective->only_for_classes;
  if (reason == nullptr && numbers) reason = method.objective->not_for_numbers;
  check(reason == nullptr, [&] {
    return Error(Fault::usage,
                 method.name + ": cannot train on " +
                     (numbers ? "numbers to predict (--task regress)" : "labels (--task multilabel)"))
        .fact("reason", reason);
  });
}

/// Of a request, or those of the protocol.
std::vector<int> test_domains_for(const std::vector<int>& asked, const Protocol& protocol) {
  if (asked.empty()) return protocol.test_domains;
  const bool none = std::count(asked.begin(), asked.end(), kNone) > 0;
  check(!none || asked.size() == 1, [] {
    return Error(Fault::usage, "test-envs: none and a number")
        .hint("none trains on every domain; numbers leave these out of training");
  });
  return none ? std::vector<int>() : asked;
}

/// Checks every number except those that the protocol decides.
void check_ranges(const RunRequest& request) {
  const RunRequest nothing;
  std::vector<double> defaults;
  visit_settings(nothing, [&](const char*, const Setting&, const auto& field) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(field)>>)
      defaults.push_back(static_cast<double>(field));
  });
  auto unset = defaults.begin();
  visit_settings(request, [&](const char*, const Setting& setting, const auto& field) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(field)>>)
      if (const auto value = static_cast<double>(field); value != *unset++) check_range(setting, value);
  });
}

}  // namespace

void check_range(const Setting& setting, double value) {
  check(value >= setting.least && value <= setting.most, [&] {
    const bool open = setting.most >= std::numeric_limits<int>::max();
    return Error(Fault::usage, first_flag(setting) + (open ? ": must be at least " + shortest(setting.least)
                                                           : ": must be in " + shortest(setting.least) +
                                                                 " .. " + shortest(setting.most)))
        .fact("found", shortest(value));
  });
}

std::string first_flag(const Setting& setting) {
  const std::string flags = setting.flags;
  return flags.substr(0, flags.find(','));
}

Settings resolve(const RunRequest& request) {
  check_ranges(request);
  const std::string data_set = find_name("dataset", request.data.name, data_set_names());
  Settings settings{request, protocol_for(request.protocol_name, data_set), {}};
  const Protocol& protocol = settings.protocol;
  const Algorithm& method = algorithm(request.algorithm, request.combiner);
  settings.data.name = data_set;
  settings.data.own = resolve_own_data(request.data.own, data_set);
  choose_objective(settings, method);
  settings.data.seed = static_cast<std::uint64_t>(request.trial_seed);
  settings.algorithm = algorithm(request.algorithm).name;
  settings.combiner = request.combiner.empty() ? "" : method.combiner->name;
  settings.protocol_name = protocol.name;
  settings.model = model_for(request.model, protocol, data_set);
  settings.convolution = find_name("convolution", request.convolution, {"direct", "winograd"});
  settings.test_domains = test_domains_for(request.test_domains, protocol);
  if (settings.steps < 0) settings.steps = protocol.steps;
  if (settings.record_every < 0) settings.record_every = protocol.record_every;
  if (settings.holdout_fraction < 0) settings.holdout_fraction = protocol.holdout_fraction;
  check(settings.holdout_fraction < 1, [] {
    return Error(Fault::usage, "--holdout-fraction: must be below 1: nothing is left to train on");
  });
  if (settings.evaluation.every < 0) settings.evaluation.every = settings.record_every;
  check(!settings.init_partial || !settings.init_from.empty(), [] {
    return Error(Fault::usage,
                 "--init-partial: needs --init-from, the file that some tensors are taken from");
  });
  if (!settings.init_from.empty() && settings.init_sha256.empty())
    settings.init_sha256 = sha256_of_file(settings.init_from);

  settings.recipe = resolve_recipe(settings);
  const optim::OptimizerCard& optimizer = optimizer_card(settings);
  settings.hparams = drawn_hparams(settings, method);
  if (const auto tuned = protocol.tuned.find(settings.algorithm);
      tuned != protocol.tuned.end() && request.hparams_seed == 0)
    for (const auto& [name, value] : tuned->second) settings.hparams[name] = value;
  const bool chosen = settings.recipe.optimizer != Recipe().optimizer;  // the protocol's rate is for its own
  if (chosen && optimizer.learning_rate > 0 && request.hparams_seed == 0)
    settings.hparams["lr"] = optimizer.learning_rate;
  if (!request.hparams_json.empty()) override_hparams(settings.hparams, request.hparams_json, method);
  if (request.no_augment && settings.hparams.count("data_augmentation") == 1)
    settings.hparams["data_augmentation"] = 0;
  check_whole(settings.hparams, "batch_size", 1, 1 << 20);
  check_whole(settings.hparams, "mlp_width", 1, 1 << 16);
  check_whole(settings.hparams, "mlp_depth", 0, 30);
  for (const HparamRule& rule : search_space(settings, method))
    if (rule.newer && number_or(settings.hparams, rule.name, rule.standard) == rule.standard)
      settings.hparams.erase(rule.name);
  // These throw if the hyper-parameters are not valid.
  method.make_combiner(settings.hparams, settings.allow_closed);
  method.make_objective(settings.hparams, nn::objective_named(protocol.objective).make(settings.hparams));
  make_optimizer(settings, Parameters());
  return settings;
}

domains::Task task_of(const RunRequest& request) {
  return is_own_data(request.data.name) ? task_named(request.data.own.task)
                                        : task_of_data_set(request.data.name);
}

std::vector<int> training_domains(const Settings& settings, int domains, int fewest) {
  const std::vector<int>& test = settings.test_domains;
  for (const int domain : test) {
    check(std::count(test.begin(), test.end(), domain) == 1, [&] {
      return Error(Fault::usage, "test-envs: a domain is named twice").fact("found", std::to_string(domain));
    });
    check(domain >= 0 && domain < domains, [&] {
      return Error(Fault::usage, "test-envs: no such domain")
          .fact("found", std::to_string(domain))
          .fact("known", "0 .. " + std::to_string(domains - 1));
    });
  }
  std::vector<int> training;
  for (int domain = 0; domain < domains; ++domain)
    if (std::find(test.begin(), test.end(), domain) == test.end()) training.push_back(domain);
  check(static_cast<int>(training.size()) >= fewest, [&] {
    return Error(Fault::usage, settings.algorithm + ": too few domains to train on")
        .fact("needed", std::to_string(fewest))
        .fact("left", std::to_string(training.size()) + " of " + std::to_string(domains))
        .hint(fewest > 1 ? "one domain alone agrees with itself: there is nothing to compare"
                         : "leave a domain out of --test-envs");
  });
  return training;
}

}  // namespace sand::experiments
