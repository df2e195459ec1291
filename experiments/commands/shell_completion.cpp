#include "experiments/commands/shell_completion.h"

#include <algorithm>

#include "tensor/names.h"

namespace sand::experiments {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// "sweep plan" for "sandgrad sweep plan"; "" for the program.
std::string words_after_program(const CommandEntry& command) {
  const std::size_t space = command.path.find(' ');
  return space == std::string::npos ? "" : command.path.substr(space + 1);
}

/// The program, its commands, and theirs.
std::vector<const CommandEntry*> all_commands(const CommandEntry& program) {
  std::vector<const CommandEntry*> all = {&program};
  for (const CommandEntry& command : program.commands)
    for (const CommandEntry* below : all_commands(command)) all.push_back(below);
  return all;
}

/// The flags to offer: "-h" and "--help". Aliases are for scripts.
std::vector<std::string> offered_flags(const OptionEntry& option) {
  std::vector<std::string> flags;
  for (const std::string& flag : option.flags)
    if (flag.size() == 2 || flag == option.name) flags.push_back(flag);
  return flags;
}

// ---- bash ----

std::string bash_words(const CommandEntry& command) {
  std::vector<std::string> words;
  for (const CommandEntry& other : command.commands) words.push_back(other.name);
  for (const OptionEntry& argument : command.arguments)
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
  for (const OptionEntry& option : command.options) words.push_back(option.name);
  return joined(words);
}

std::string bash_script(const CommandEntry& program, const std::vector<std::string>& programs) {
  std::string names, values, words;
  for (const CommandEntry* command : all_commands(program)) {
    const std::string path = words_after_program(*command);
    const std::size_t last = path.rfind(' ');
    if (!path.empty())  // the words before it, a space, and its name
      names += std::string(names.empty() ? "" : " | ") + "\"" +
               (last == std::string::npos ? " " + path : path) + "\"";
    for (const OptionEntry& option : command->options) {
      if (option.value.empty()) continue;
      const std::string list = option.choices.empty() ? "" : " words=\"" + joined(option.choices) + "\"";
      for (const std::string& flag : option.flags)
        values += "    \"" + path + " " + flag + "\")" + list + (list.empty() ? " return ;;\n" : " ;;\n");
    }
    words += "      \"" + path + "\") words=\"" + bash_words(*command) + "\" ;;\n";
  }
  return R"(# bash completion, made by: )" + program.name + R"( completion bash
# shellcheck shell=bash
_)" + program.name +
         R"(() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" words="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${COMP_WORDS[i]}" in
      )" +
         names +
         R"() command="${command:+$command }${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command $previous" in
)" + values +
         R"(  esac
  if [ -z "$words" ]; then
    case "$command" in
)" + words +
         R"(    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _)" +
         program.name + " " + joined(programs) + "\n";
}

// ---- zsh ----

std::string zsh_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

/// A phrase inside [...] of _arguments, or after the colon of _describe.
std::string zsh_phrase(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const OptionEntry& option) {
  const std::string phrase = "[" + zsh_phrase(option.help) + "]";
  std::string value;
  if (!option.value.empty()) {
    value = ":" + option.value + ":";
    value += option.choices.empty() ? "_files" : "(" + joined(option.choices) + ")";
  }
  const std::string repeated = option.many ? "*" : "";
  std::string lines;
  for (const std::string& flag : offered_flags(option))
    lines += " \\\n    " + zsh_quoted(repeated + flag + phrase + value);
  return lines;
}

std::string zsh_name(const CommandEntry& command) {
  std::string name = "_" + command.path;
  for (char& c : name)
    if (c == ' ' || c == '-') c = '_';
  return name;
}

std::string zsh_function(const CommandEntry& command) {
  std::string body;
  for (const OptionEntry& option : command.options) body += zsh_option(option);
  if (command.commands.empty()) {
    for (const OptionEntry& argument : command.arguments)
      body += " \\\n    " +
              zsh_quoted("*:" + argument.name + ":" +
                         (argument.choices.empty() ? "_files" : "(" + joined(argument.choices) + ")"));
    return zsh_name(command) + "() {\n  _arguments" + body + "\n}\n";
  }
  std::string described, branches;
  for (const CommandEntry& other : command.commands) {
    described += " \\\n        " + zsh_quoted(other.name + ":" + zsh_phrase(other.about));
    branches += "        " + other.name + ") " + zsh_name(other) + " ;;\n";
  }
  return zsh_name(command) + R"(() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C)" +
         body + R"( \
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=()" +
         described + R"()
      _describe command commands ;;
    rest)
      case $words[1] in
)" + branches +
         R"(      esac ;;
  esac
}
)";
}

std::string zsh_script(const CommandEntry& program, const std::vector<std::string>& programs) {
  std::string script =
      "#compdef " + joined(programs) + "\n# zsh completion, made by: " + program.name + " completion zsh\n";
  for (const CommandEntry* command : all_commands(program)) script += zsh_function(*command);
  return script + zsh_name(program) + " \"$@\"\n";
}

// ---- fish ----

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

/// The condition under which the words of a command complete: its own words stand on the line, and no word
/// of a command below it.
std::string fish_condition(const CommandEntry& command) {
  const std::string path = words_after_program(command);
  std::string condition;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find(' ', at), path.size());
    condition +=
        (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + path.substr(at, end - at));
    at = end + 1;
  }
  if (command.commands.empty()) return condition;
  if (path.empty()) return "__fish_use_subcommand";
  std::vector<std::string> below;
  for (const CommandEntry& other : command.commands) below.push_back(other.name);
  return condition + "; and not __fish_seen_subcommand_from " + joined(below);
}

std::string fish_lines(const CommandEntry& command, const std::string& program) {
  const std::string start = "complete -c " + program + " -n " + fish_quoted(fish_condition(command)) + " ";
  std::string lines;
  for (const CommandEntry& other : command.commands)
    lines += start + "-f -a " + other.name + " -d " + fish_quoted(other.about) + "\n";
  for (const OptionEntry& argument : command.arguments)
    if (!argument.choices.empty()) lines += start + "-f -a " + fish_quoted(joined(argument.choices)) + "\n";
  for (const OptionEntry& option : command.options) {
    lines += start;
    for (const std::string& flag : offered_flags(option))
      lines += (flag.size() == 2 ? "-s " : "-l ") + flag.substr(flag.size() == 2 ? 1 : 2) + " ";
    if (!option.value.empty()) lines += "-r ";
    if (!option.choices.empty()) lines += "-f -a " + fish_quoted(joined(option.choices)) + " ";
    lines += "-d " + fish_quoted(option.help) + "\n";
  }
  return lines;
}

std::string fish_script(const CommandEntry& program, const std::vector<std::string>& programs) {
  std::string script = "# fish completion, made by: " + program.name + " completion fish\n";
  for (const CommandEntry* command : all_commands(program)) script += fish_lines(*command, program.name);
  for (const std::string& other : programs)
    if (other != program.name) script += "complete -c " + other + " -w " + program.name + "\n";
  return script;
}

}  // namespace

std::string completion_script(const CommandEntry& program, const std::string& shell,
                              const std::vector<std::string>& programs) {
  const std::string found = find_name("shell", shell, {"bash", "zsh", "fish"});
  if (found == "bash") return bash_script(program, programs);
  return found == "zsh" ? zsh_script(program, programs) : fish_script(program, programs);
}

}  // namespace sand::experiments
