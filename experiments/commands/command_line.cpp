#include "experiments/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "experiments/commands/option_tree.h"
#include "experiments/commands/unknown_flag.h"
#include "experiments/setup/setting.h"
#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames())
      if (!option->get_group().empty()) names.push_back("--" + name);
  return names;
}

/// Throws the error in the arguments, with a suggestion: the name of a command, or a flag of the chosen
/// command.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& problem,
                         const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::size_t at = 0;
  std::string help = "sandgrad ";
  const auto is_next = [&](const CLI::App* other) {
    return at < words.size() && other->get_name() == words[at];
  };
  std::vector<const CLI::App*> commands = commands_of(app);
  for (auto next = commands.end();
       (next = std::find_if(commands.begin(), commands.end(), is_next)) != commands.end();) {
    command = *next;
    commands = commands_of(*command);
    help += words[at++] + " ";
  }
  std::vector<std::string> names;
  for (const CLI::App* other : commands) names.push_back(other->get_name());
  std::string other_case;
  if (!names.empty() && at < words.size() && !words[at].starts_with('-'))
    other_case = find_name("command", words[at], names);

  Error error(Fault::usage, names.empty() || at < words.size() ? problem.what() : "a command is needed");
  if (!names.empty()) error.fact("known", either(names));
  if (!other_case.empty()) error.hint("did you mean " + other_case + "?");
  const std::vector<std::string> known = flags_of(*command);
  for (; at < words.size(); ++at) {
    const std::size_t end = words[at].find('=');
    const std::string flag = words[at].substr(0, end), value = end != std::string::npos
                                                                   ? words[at].substr(end + 1)
                                                               : at + 1 < words.size() ? words[at + 1]
                                                                                       : "";
    const bool is_flag = flag.starts_with('-') && flag.find_first_not_of("-.0123456789") != std::string::npos;
    if (!is_flag || std::find(known.begin(), known.end(), flag) != known.end()) continue;
    if (const std::string hint = hint_on_flag(flag, value, known); !hint.empty()) error.hint(hint);
  }
  throw error.hint(help + "--help");
}

std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return (parent ? path_of(*parent) + " " : "") + command.get_name();
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  for (const std::string& name : option.get_snames()) entry.flags.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) entry.flags.push_back("--" + name);
  entry.name = option.get_lnames().empty() ? option.get_name() : "--" + option.get_lnames()[0];
  entry.value = option.get_items_expected_max() > 0 ? option.get_type_name() : "";
  entry.help = option.get_description();
  entry.group = entry.name == "--help" ? kProgramGroup : option.get_group();
  for (const CLI::Option* other : option.get_needs()) entry.needs = other->get_name();
  entry.required = option.get_required();
  entry.many = option.get_expected_max() > 1;
  return entry;
}

CommandEntry entry_of(const CLI::App& command) {
  CommandEntry entry{command.get_name(), command.get_description(), path_of(command)};
  const CLI::Option* help = command.get_help_ptr();
  for (const CLI::Option* option : command.get_options()) {
    if (option == help || option->get_group().empty()) continue;
    (option->get_positional() ? entry.arguments : entry.options).push_back(entry_of(*option));
  }
  entry.options.push_back(entry_of(*help));  // the last one of its group
  for (const CLI::App* below : commands_of(command)) entry.commands.push_back(entry_of(*below));
  return entry;
}

/// Prints --help from the plain values that the man page and completion are made from, too.
struct Help : CLI::FormatterBase {
  std::string make_help(const CLI::App* command, std::string, CLI::AppFormatMode) const override {
    return help_text(entry_of(*command));
  }
};

/// The placeholder for a value in --help.
template <class Value>
const char* placeholder() {
  if constexpr (std::is_same_v<Value, std::string> || std::is_same_v<Value, std::vector<std::string>>)
    return "TEXT";
  else if constexpr (std::is_same_v<Value, double>)
    return "X";
  else
    return "N";
}

/// A check without its own text in --help: the option's phrase states the range. Replaces the word for none.
CLI::Validator in_range(Bounds range) {
  return CLI::Validator(
      [range](std::string& text) {
        if (*range.none != '\0' && text == range.none) return text = std::to_string(kNone), std::string();
        double number = NAN;
        const bool is_number = CLI::detail::lexical_cast(text, number);
        if (!is_number || (number >= range.least && number <= range.most))
          return std::string();  // CLI11 reports what is not a number
        return "must be in " + shortest(range.least) + " .. " + shortest(range.most) + ", found " + text;
      },
      "");
}

}  // namespace

Option& Option::required() { return option_->required(), *this; }
Option& Option::needs(const char* flag) { return option_->needs(app_.get_option(flag)), *this; }
Option& Option::hidden() { return option_->group(""), *this; }
Option& Option::one_or_more() { return option_->expected(1, -1), *this; }
Option& Option::refuses_empty() {
  option_->check(CLI::Validator(
      [](const std::string& text) { return std::string(text.empty() ? "must not be empty" : ""); }, ""));
  return *this;
}

Command Command::subcommand(const char* name, const char* about) {
  app_.require_subcommand(1);
  return Command(*app_.add_subcommand(name, about), chosen_);
}

template <class Value>
Option Command::option(const char* flags, Value& value, const std::string& help, Bounds range) {
  CLI::Option* option = app_.add_option(flags, value, help)->group(group_)->type_name(placeholder<Value>());
  if constexpr (!std::is_same_v<Value, std::string> && !std::is_same_v<Value, std::vector<std::string>>)
    option->transform(in_range(range));
  return Option(app_, option);
}
template Option Command::option(const char*, std::string&, const std::string&, Bounds);
template Option Command::option(const char*, int&, const std::string&, Bounds);
template Option Command::option(const char*, std::int64_t&, const std::string&, Bounds);
template Option Command::option(const char*, std::uint64_t&, const std::string&, Bounds);
template Option Command::option(const char*, double&, const std::string&, Bounds);
template Option Command::option(const char*, std::vector<int>&, const std::string&, Bounds);
template Option Command::option(const char*, std::vector<std::string>&, const std::string&, Bounds);

Option Command::flag(const char* flags, bool& value, const std::string& help) {
  return Option(app_, app_.add_flag(flags, value, help)->group(group_));
}

void Command::run(std::function<int()> command) {
  app_.callback([&chosen = chosen_, command = std::move(command)] { chosen = command; });
}

CommandEntry Command::program() const {
  const CLI::App* program = &app_;
  while (program->get_parent()) program = program->get_parent();
  return entry_of(*program);
}

int run_command_line(int argc, char** argv, std::span<const Subcommand> subcommands) {
  CLI::App app("Deep learning whose optimizer sees one gradient per domain", "sandgrad");
  app.set_version_flag("--version", "sandgrad " SANDGRAD_VERSION, "print the version and stop")
      ->group(kProgramGroup);
  app.set_help_flag("-h,--help", "print this help and stop");
  app.require_subcommand(1);
  app.formatter(std::make_shared<Help>());
  std::function<int()> chosen;
  for (const Subcommand& subcommand : subcommands) {
    Command command(*app.add_subcommand(subcommand.name, subcommand.about), chosen);
    subcommand.add(command);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);  // --help, --version
    refuse(app, problem, {argv + 1, argv + argc});
  }
  return chosen();
}

}  // namespace sand::experiments
