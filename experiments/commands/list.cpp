// `sandgrad list`: prints the choices as tables, which docs/ contains, too.
#include <cstdio>
#include <string>

#include "experiments/commands/commands.h"
#include "experiments/setup/settings_table.h"
#include "nn/objective_card.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/digits.h"

namespace sand::experiments {
namespace {

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
    print_algorithms();
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
  command.option("what", what, "what to list: algorithms, objectives, optimizers or settings").required();
  command.run([] { return list(what); });
}

}  // namespace sand::experiments
