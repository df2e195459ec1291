#include "experiments/commands/unknown_flag.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/protocols.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

struct ForeignFlag {
  const char* name;
  const char* why;
};

constexpr ForeignFlag kOfDomainBed[] = {
    {"task", "every run is domain generalization: leave it out"},
    {"uda_holdout_fraction", "there is no domain adaptation here: leave it out"},
    {"skip_model_save", "without --output-dir nothing is saved"},
    {"save_model_every_checkpoint", "--checkpoint-every N saves the weights"},
};

std::vector<std::string> hparam_names() {
  std::vector<std::string> names;
  for (const HparamRule& rule : protocol_for("domainbed", "PACS").hparams) names.emplace_back(rule.name);
  for (const Algorithm& method : algorithms())
    for (const HparamRule& rule : method.hparams) names.emplace_back(rule.name);
  for (const optim::OptimizerCard& card : optim::optimizers())
    for (const HparamRule& rule : card.hparams) names.emplace_back(rule.name);
  return names;
}

}  // namespace

std::string hint_on_flag(const std::string& flag, const std::string& value,
                         const std::vector<std::string>& known) {
  const std::string word = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  std::string name = word;  // in DomainBed's spelling
  std::replace(name.begin(), name.end(), '-', '_');
  for (const ForeignFlag& foreign : kOfDomainBed)
    if (name == foreign.name) return flag + " is DomainBed's: " + foreign.why;

  const std::vector<std::string> hparams = hparam_names();
  const auto is_known = [&](const char* other) {
    return std::find(known.begin(), known.end(), other) != known.end();
  };
  const auto in_hparams = [&](const std::string& hparam) {
    return R"(hyper-parameters go into --hparams '{")" + hparam +
           "\": " + (nlohmann::json::accept(value) ? value : "VALUE") + "}'";
  };
  if (is_known("--hparams") && std::find(hparams.begin(), hparams.end(), name) != hparams.end())
    return in_hparams(name);

  std::vector<std::string> words;
  for (const std::string& other : known) words.push_back(other.substr(2));
  if (const std::string nearest = nearest_name(word, words); !nearest.empty())
    return "did you mean --" + nearest + " instead of " + flag + "?";
  if (const std::string nearest = nearest_name(name, hparams); is_known("--hparams") && !nearest.empty())
    return in_hparams(nearest);
  return "";
}

}  // namespace sand::experiments
