#include "experiments/setup/search_space.h"

#include <algorithm>
#include <cmath>

#include "experiments/setup/data_sets.h"
#include "experiments/setup/optimization.h"
#include "nn/objective_card.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

using Drawn = HparamRule::Draw;

void replace(std::vector<HparamRule>& rules, const std::string& name, double standard, Drawn draw, double low,
             double high) {
  for (HparamRule& rule : rules)
    if (rule.name == name) rule.standard = standard, rule.draw = draw, rule.low = low, rule.high = high;
}

/// DomainBed's ranges of RDM on photos.
void adapt_rdm(std::vector<HparamRule>& rules, const std::string& data_set) {
  if (!is_photo_set(data_set)) return;
  const bool terra = data_set == "TerraIncognita";
  if (terra || data_set == "PACS") replace(rules, "rdm_lambda", 5, Drawn::uniform, 1, 10);
  if (terra || data_set == "OfficeHome") replace(rules, "variance_weight", 0, Drawn::fixed, 0, 0);
  replace(rules, "batch_size", terra ? 40 : 88, Drawn::whole_uniform, terra ? 30 : 70, terra ? 60 : 100);
}

}  // namespace

std::vector<HparamRule> search_space(const Settings& settings, const Algorithm& method) {
  const Protocol& protocol = settings.protocol;
  std::vector<HparamRule> rules = protocol.hparams;
  for (const auto& more : {method.hparams, nn::objective_named(protocol.objective).hparams,
                           optimizer_card(settings).hparams})
    rules.insert(rules.end(), more.begin(), more.end());
  const bool domainbed = std::string(protocol.name) == "domainbed";
  if (domainbed && method.objective != nullptr && std::string(method.objective->name) == "RDM")
    adapt_rdm(rules, settings.data.name);
  return rules;
}

Hparams drawn_hparams(const Settings& settings, const Algorithm& method) {
  const bool whole_k = settings.k_as_first_released;
  check(!whole_k || std::string(method.combiner->name) == "SANDMask", [&] {
    return Error(Fault::usage, "--k-as-first-released: only SANDMask drew a whole k in its first release")
        .fact("found", method.name);
  });
  Hparams hparams;
  for (HparamRule rule : search_space(settings, method)) {
    if (rule.is_list) continue;
    if (settings.domainbed_defaults && !std::isnan(rule.domainbed)) rule.standard = rule.domainbed;
    hparams[rule.name] = draw(rule, settings.hparams_seed, settings.trial_seed);
  }
  if (whole_k) hparams["k"] = std::floor(hparams.at("k"));
  return hparams;
}

}  // namespace sand::experiments
