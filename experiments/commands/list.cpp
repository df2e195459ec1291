// `sandgrad list`: prints the choices as tables, which docs/ contains, too.
#include <cstdio>
#include <string>

#include "experiments/commands/commands.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/settings_table.h"
#include "nn/objective_card.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/digits.h"

namespace sand::experiments {
namespace {

std::string draw_text(const HparamRule& rule) {
  const std::string range = shortest(rule.low) + ", " + shortest(rule.high);
  switch (rule.draw) {
    case HparamRule::Draw::uniform: return "uniform(" + range + ")";
    case HparamRule::Draw::power_of_10: return "10^uniform(" + range + ")";
    case HparamRule::Draw::whole_power_of_2: return "floor 2^uniform(" + range + ")";
    case HparamRule::Draw::whole_power_of_10: return "floor 10^uniform(" + range + ")";
    case HparamRule::Draw::whole_uniform: return "floor uniform(" + range + ")";
    case HparamRule::Draw::choice: return "choice";
    case HparamRule::Draw::fixed: break;
  }
  return "-";
}

std::string standard_text(const HparamRule& rule) {
  if (rule.is_list) return rule.without_list;
  return rule.words.empty() ? shortest(rule.standard)
                            : rule.words.at(static_cast<std::size_t>(rule.standard));
}

void list_algorithms() {
  std::printf("| algorithm | formula | looks at | source | fewest domains |\n|---|---|---|---|---|\n");
  for (const Algorithm& row : algorithms())
    std::printf("| %s | `%s` | %s | %s | %d |\n", row.name.c_str(), row.formula(), row.sees(), row.source(),
                row.fewest_domains());
  std::printf(
      "\n| algorithm | hyper-parameter | default | range | DomainBed's draw | meaning "
      "|\n|---|---|---|---|---|---|\n");
  for (const Algorithm& row : algorithms())
    for (const HparamRule& rule : row.hparams)
      std::printf("| %s | %s | %s | %s | %s | %s |\n", row.name.c_str(), rule.name,
                  standard_text(rule).c_str(), rule.range, draw_text(rule).c_str(), rule.meaning);
  std::printf("\n| algorithms of DomainBed that are left out | reason |\n|---|---|\n");
  for (const LeftOut& group : left_out()) {
    std::string names;
    for (const char* name : group.names) names += (names.empty() ? "" : ", ") + std::string(name);
    std::printf("| %s | %s |\n", names.c_str(), group.reason);
  }
}

void list_objectives() {
  std::printf("| objective | for | loss of a domain | source | fewest domains |\n|---|---|---|---|---|\n");
  for (const nn::ObjectiveCard& card : nn::objectives())
    std::printf("| %s | %s | `%s` | %s | %d |\n", card.name, card.about, card.formula, card.source,
                card.fewest_domains);
}

void list_optimizers() {
  std::printf("| optimizer | formula | source | default of lr |\n|---|---|---|---|\n");
  for (const optim::OptimizerCard& card : optim::optimizers())
    std::printf("| %s | `%s` | %s | %s |\n", card.name, card.formula, card.source,
                card.learning_rate > 0 ? shortest(card.learning_rate).c_str() : "the protocol's");
  std::printf("\n| optimizer | hyper-parameter | default | range | meaning |\n|---|---|---|---|---|\n");
  for (const optim::OptimizerCard& card : optim::optimizers())
    for (const HparamRule& rule : card.hparams)
      std::printf("| %s | %s | %s | %s | %s |\n", card.name, rule.name, standard_text(rule).c_str(),
                  rule.range, rule.meaning);
}

void list_settings() {
  std::printf("| flag | key in record.json | what it sets |\n|---|---|---|\n");
  visit_settings(static_cast<const RunRequest&>(RunRequest()),
                 [](const char*, const Setting& setting, const auto&) {
                   std::printf("| %s | %s | %s |\n",
                               *setting.flags == '\0' ? "-" : ("`" + first_flag(setting) + "`").c_str(),
                               *setting.key == '\0' ? "-" : setting.key, setting.help.c_str());
                 });
}

int list(const std::string& what) {
  const std::string found = find_name("list", what, {"algorithms", "objectives", "optimizers", "settings"});
  if (found == "algorithms")
    list_algorithms();
  else if (found == "objectives")
    list_objectives();
  else if (found == "optimizers")
    list_optimizers();
  else
    list_settings();
  return 0;
}

}  // namespace

void add_list(Command& command) {
  static std::string what;
  command.option("what", what, "algorithms, objectives, optimizers or settings").required();
  command.run([] { return list(what); });
}

}  // namespace sand::experiments
