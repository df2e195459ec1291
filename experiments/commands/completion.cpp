// `sandgrad completion` and `sandgrad man`: print what shells and man need, from the program's own options.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "experiments/commands/commands.h"
#include "experiments/commands/man_page.h"
#include "experiments/commands/option_tree.h"
#include "experiments/commands/shell_completion.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/data_sets.h"
#include "experiments/setup/recipe.h"
#include "optim/optimizers/optimizer_card.h"

namespace sand::experiments {
namespace {

/// The values of options that have few. Parsing does not depend on them: a name that is missing here is not
/// offered, but accepted.
std::map<std::string, std::vector<std::string>> choices_by_flag() {
  return {{"--algorithm", algorithm_names()},
          {"--algorithms", algorithm_names()},
          {"--combiner", combiner_names()},
          {"--dataset", data_set_names()},
          {"--datasets", data_set_names()},
          {"--optimizer", optim::optimizer_names()},
          {"--schedule", schedule_names()},
          {"--protocol", {"auto", "domainbed", "ilc", "irm"}},
          {"--convolution", {"winograd", "direct"}},
          {"--missing", {"refuse", "mean"}},
          {"--separator", {"auto", "comma", "semicolon", "tab", "bar"}},
          {"--task", {"classify", "regress", "multilabel"}},
          {"--selection", {"training-domain", "leave-one-out", "oracle", "all"}},
          {"--format", {"text", "markdown", "latex", "csv", "json"}},
          {"--with", {"local", "slurm", "print"}},
          {"--case", {"ilc", "irm", "mnist", "pacs"}},
          {"--phase", {"train", "evaluate"}},
          {"sandgrad list what", {"algorithms", "objectives", "optimizers", "settings"}},
          {"sandgrad completion shell", {"bash", "zsh", "fish"}},
          {"sandgrad data show name", data_set_names()}};
}

void add_choices(CommandEntry& command, const std::map<std::string, std::vector<std::string>>& choices) {
  for (OptionEntry& option : command.options)
    if (const auto found = choices.find(option.name); found != choices.end()) option.choices = found->second;
  for (OptionEntry& argument : command.arguments)
    if (const auto found = choices.find(command.path + " " + argument.name); found != choices.end())
      argument.choices = found->second;
  for (CommandEntry& below : command.commands) add_choices(below, choices);
}

}  // namespace

void add_completion(Command& command) {
  static std::string shell;
  command.option("shell", shell, "shell that reads the script: bash, zsh or fish").required();
  command.run([command] {
    CommandEntry program = command.program();
    add_choices(program, choices_by_flag());
    std::printf("%s", completion_script(program, shell, {"sandgrad", "sandgrad64"}).c_str());
    return 0;
  });
}

void add_man(Command& command) {
  command.run([command] {
    std::printf("%s", man_page(command.program(), SANDGRAD_VERSION).c_str());
    return 0;
  });
}

}  // namespace sand::experiments
