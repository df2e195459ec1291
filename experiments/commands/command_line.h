// The command line. A subcommand declares its flags with these classes; only command_line.cpp uses CLI11.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sand::experiments {

struct CommandEntry;

/// The smallest and the largest value of a number, and a word that may stand for kNone (setup/setting.h).
struct Bounds {
  double least = -0x1p62, most = 0x1p62;
  const char* none = "";
};
constexpr Bounds kThreadCounts{0, 1024}, kCounts{1, 0x1p30}, kStepNumbers{0, 0x1p31 - 1};
constexpr const char* kProgramGroup = "Program";  ///< the last heading of --help
constexpr const char* kThreadsHelp = "number of threads, which changes no result; 0: every core (default 0)";

/// An option that was added.
class Option {
 public:
  Option(CLI::App& app, CLI::Option* option) : app_(app), option_(option) {}
  Option& required();
  Option& needs(const char* flag);  ///< another flag, added before
  Option& hidden();                 ///< not in --help
  Option& one_or_more();            ///< values after one flag
  Option& refuses_empty();          ///< rejects empty text

 private:
  CLI::App& app_;
  CLI::Option* option_;
};

/// A subcommand under construction. Values stay unchanged if their flag is not given. They must live until
/// the program ends.
class Command {
 public:
  Command(CLI::App& app, std::function<int()>& chosen) : app_(app), chosen_(chosen) {}
  Command subcommand(const char* name, const char* about);
  void group(const char* heading) { group_ = heading; }  ///< heading in --help for the options that follow

  /// `flags` with aliases, "--data-dir,--data_dir", or the name of a positional argument, "run". `help` is a
  /// phrase: what it sets, unit, default. A Value is a std::string, an int, std::int64_t, std::uint64_t or
  /// double, or a vector of int or std::string. Numbers must be in `range`.
  template <class Value>
  Option option(const char* flags, Value& value, const std::string& help, Bounds range = {});
  Option flag(const char* flags, bool& value, const std::string& help);

  void run(std::function<int()> command);  ///< the action of the subcommand; it returns the exit code

  /// All commands of the program with their options, once an action runs.
  CommandEntry program() const;

 private:
  CLI::App& app_;
  std::function<int()>& chosen_;
  std::string group_ = "Options";
};

struct Subcommand {
  const char *name, *about;
  void (*add)(Command&);
};

/// Runs the subcommand that the arguments name. Returns the exit code. Throws Error(usage) with a suggestion,
/// and what the subcommand throws.
int run_command_line(int argc, char** argv, std::span<const Subcommand> subcommands);

}  // namespace sand::experiments
