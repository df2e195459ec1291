#include "experiments/setup/algorithms.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "experiments/setup/settings.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

/// Throws Error(usage) for an algorithm of DomainBed that is left out.
void check_left_out(const std::string& name) {
  for (const LeftOut& group : left_out())
    for (const char* out : group.names)
      check(::strcasecmp(name.c_str(), out) != 0, [&] {
        return Error(Fault::usage, "algorithm: " + std::string(out) + " is in DomainBed but not here")
            .fact("reason", group.reason)
            .hint("sandgrad list algorithms shows what is here");
      });
}

}  // namespace

const optim::CombinerCard& combiner_named(std::string_view name) {
  const std::string found = find_name(
      "combiner", ::strcasecmp(std::string(name).c_str(), "ERM") == 0 ? "Mean" : name, combiner_names());
  const auto& cards = optim::combiners();
  return *std::find_if(cards.begin(), cards.end(), [&](const auto& card) { return found == card.name; });
}

Algorithm::Algorithm(std::string of_name, const nn::DomainObjectiveCard* sees,
                     const optim::CombinerCard* combines)
    : name(std::move(of_name)), objective(sees), combiner(combines), hparams(combines->hparams) {
  if (objective) {
    hparams.insert(hparams.begin(), objective->hparams.begin(), objective->hparams.end());
    optimizer = objective->optimizer;
    learning_rate = objective->learning_rate;
  }
  std::set<std::string> names;
  for (const HparamRule& rule : hparams)
    check(names.insert(rule.name).second, [&] {
      return Error(Fault::usage, name + ": objective and combiner both have a hyper-parameter of this name")
          .fact("name", rule.name);
    });
}

int Algorithm::fewest_domains() const {
  return std::max(objective ? objective->fewest_domains : 1, combiner->fewest_domains);
}

std::unique_ptr<Objective> Algorithm::make_objective(const Hparams& values,
                                                     std::unique_ptr<Objective> base) const {
  if (!objective) return base;
  return objective->make(values, std::move(base));
}

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> all = [] {
    std::vector<Algorithm> rows;
    for (const optim::CombinerCard& card : optim::combiners())
      rows.emplace_back(std::string(card.name) == "Mean" ? "ERM" : card.name, nullptr, &card);
    for (const nn::DomainObjectiveCard& card : nn::domain_objectives())
      rows.emplace_back(card.name, &card, &combiner_named("Mean"));
    return rows;
  }();
  return all;
}

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const Algorithm& row : algorithms()) names.push_back(row.name);
  return names;
}

std::vector<std::string> combiner_names() {
  std::vector<std::string> names;
  for (const optim::CombinerCard& card : optim::combiners()) names.emplace_back(card.name);
  return names;
}

void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method) {
  std::vector<HparamRule> of_others = {{"data_augmentation", 1, HparamRule::Draw::fixed, 0, 0}};  // of photos
  for (const Algorithm& row : algorithms())
    of_others.insert(of_others.end(), row.hparams.begin(), row.hparams.end());
  std::set<std::string> of_optimizers;
  for (const optim::OptimizerCard& card : optim::optimizers())
    for (const HparamRule& rule : card.hparams) {
      of_others.push_back(rule);
      of_optimizers.insert(rule.name);
    }
  for (const std::string& name : override_hparams(hparams, json, method.hparams, of_others))
    std::fprintf(stderr, "sandgrad: note: %s has no hyper-parameter %s here; it is ignored\n",
                 of_optimizers.count(name) == 1 ? "the optimizer" : method.name.c_str(), name.c_str());
}

const Algorithm& algorithm(std::string_view name, std::string_view combiner) {
  check_left_out(std::string(name));
  const std::string found = find_name("algorithm", name, algorithm_names());
  const Algorithm& plain = *std::find_if(algorithms().begin(), algorithms().end(),
                                         [&](const Algorithm& row) { return row.name == found; });
  if (combiner.empty()) return plain;
  const optim::CombinerCard& card = combiner_named(combiner);
  if (plain.combiner == &card) return plain;
  check(plain.objective != nullptr || std::string(plain.combiner->name) == "Mean", [&] {
    return Error(Fault::usage, "--combiner: " + plain.name + " is a combiner itself")
        .fact("found", card.name)
        .hint("--algorithm " + std::string(card.name) + ", or an algorithm with an objective over domains");
  });
  static std::map<std::pair<std::string, std::string>, Algorithm> composed;
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const std::string both = plain.objective ? plain.name + " with " + card.name : card.name;
  return composed.try_emplace({found, card.name}, both, plain.objective, &card).first->second;
}

const Algorithm& algorithm(const Settings& settings) {
  return algorithm(settings.algorithm, settings.combiner);
}

const std::vector<LeftOut>& left_out() {
  static const std::vector<LeftOut> groups = {
      {{"DANN", "CDANN", "Transfer", "URM"}, "a second network is trained against the first"},
      {{"ARM", "MTL", "ADRMX", "SagNet", "CAD", "CondCAD"},
       "it needs another network beside the classifier, or inside it"},
      {{"RSC", "SelfReg"}, "it changes the features of the network during the pass"},
      {{"TRM"}, "it needs a classifier for every domain and an optimization of its own"},
      {{"ERMPlusPlus"}, "it is a recipe for training: averaged weights, two phases, other pictures"}};
  return groups;
}

}  // namespace sand::experiments
