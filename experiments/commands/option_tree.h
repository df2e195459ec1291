// The commands and options of a program as plain values. --help, the man page and the completion of shells
// are made from them. Parsing is elsewhere (command_line.h).
#pragma once

#include <string>
#include <vector>

namespace sand::experiments {

/// An option, or an argument without a flag.
struct OptionEntry {
  std::vector<std::string> flags;  ///< "-h", "--help"; with aliases; empty for an argument without a flag
  std::string name;                ///< of an argument without a flag: "run"; else the first long flag
  std::string value;               ///< what stands for its value in --help: "N"; "" if it takes none
  std::string help;                ///< a phrase: what it sets, unit, default
  std::string group;               ///< heading in --help
  std::string needs;               ///< another flag that it works with only; "" for none
  bool required = false, many = false;
  std::vector<std::string> choices = {};  ///< its values, if there are few; for completion only
};

struct CommandEntry {
  std::string name, about;                  ///< "plan", and a line
  std::string path;                         ///< "sandgrad sweep plan"
  std::vector<OptionEntry> arguments = {};  ///< without flags, in their order
  std::vector<OptionEntry> options = {};    ///< without hidden ones, in the order of --help
  std::vector<CommandEntry> commands = {};  ///< its subcommands
};

/// The headings of a command's options, in the order of --help: "Program", which has --help, is the last.
std::vector<std::string> headings(const CommandEntry& command);

/// "--steps N", "--weight TEXT ..." or "run": an option as --help and the man page show it, without aliases.
std::string usage_of(const OptionEntry& option);

/// Words of `text` in lines of at most `columns` characters, each after `indent` spaces but the first, which
/// continues a line of `indent` characters. A longer word has a line of its own.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t columns);

constexpr std::size_t kHelpColumns = 100;

/// The text of --help, in lines of at most kHelpColumns characters.
std::string help_text(const CommandEntry& command);

}  // namespace sand::experiments
