#include "experiments/commands/option_tree.h"

#include <algorithm>
#include <sstream>

#include "experiments/commands/command_line.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kNameColumns = 30;  // of --help: names stand left of it, phrases right of it

/// A line of --help: a name, and a phrase beside it, or below it if the name is long.
std::string help_line(const std::string& name, const std::string& phrase) {
  std::string line = "  " + name;
  if (phrase.empty()) return line + "\n";
  if (line.size() + 1 > kNameColumns) line += "\n";
  const std::size_t used = line.ends_with('\n') ? 0 : line.size();
  line.append(kNameColumns - used, ' ');
  return line + wrapped(phrase, kNameColumns, kHelpColumns) + "\n";
}

std::string phrase_of(const OptionEntry& option) {
  std::string phrase = option.help;
  if (option.required) phrase += " (required)";
  if (!option.needs.empty()) phrase += " (only with " + option.needs + ")";
  return phrase;
}

}  // namespace

std::vector<std::string> headings(const CommandEntry& command) {
  std::vector<std::string> found;
  for (const OptionEntry& option : command.options)
    if (option.group != kProgramGroup && std::find(found.begin(), found.end(), option.group) == found.end())
      found.push_back(option.group);
  found.emplace_back(kProgramGroup);
  return found;
}

std::string usage_of(const OptionEntry& option) {
  std::string usage = option.name;
  const auto is_short = [](const std::string& flag) { return flag.size() == 2; };
  const auto letter = std::find_if(option.flags.begin(), option.flags.end(), is_short);
  if (letter != option.flags.end()) usage = *letter + ", " + usage;
  if (!option.flags.empty() && !option.value.empty()) usage += " " + option.value;
  return option.many ? usage + " ..." : usage;
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t columns) {
  std::istringstream words(text);
  std::string out, word;
  std::size_t used = indent;
  bool first_of_line = true;
  while (words >> word) {
    if (!first_of_line && used + 1 + word.size() > columns) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
      first_of_line = true;
    }
    out += (first_of_line ? "" : " ") + word;
    used += word.size() + (first_of_line ? 0 : 1);
    first_of_line = false;
  }
  return out;
}

std::string help_text(const CommandEntry& command) {
  std::string text = command.about + "\n\n";
  std::string usage = "Usage: " + command.path + " [OPTIONS]";
  for (const OptionEntry& argument : command.arguments) usage += " " + usage_of(argument);
  if (!command.commands.empty()) usage += " COMMAND";
  text += usage + "\n";

  if (!command.arguments.empty()) text += "\nArguments:\n";
  for (const OptionEntry& argument : command.arguments)
    text += help_line(usage_of(argument), phrase_of(argument));
  if (!command.commands.empty()) text += "\nCommands:\n";
  for (const CommandEntry& other : command.commands) text += help_line(other.name, other.about);
  for (const std::string& heading : headings(command)) {
    text += "\n" + heading + ":\n";
    for (const OptionEntry& option : command.options)
      if (option.group == heading) text += help_line(usage_of(option), phrase_of(option));
  }
  if (!command.commands.empty()) text += "\n" + command.path + " COMMAND --help explains a command.\n";
  return text;
}

}  // namespace sand::experiments
