#include "experiments/commands/man_page.h"

namespace sand::experiments {
namespace {

/// Text as troff prints it letter by letter: a minus is a minus, and no line is a request.
std::string troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '`')
      out += "\\(ga";
    else
      out += c;
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

/// A paragraph: a name in bold and the words for its value in italics, and a phrase below it.
std::string paragraph(const OptionEntry& option) {
  std::string tag = "\\fB" + troff(option.flags.empty() ? "" : option.name) + "\\fR";
  if (option.flags.empty()) tag = "\\fI" + troff(option.name) + "\\fR";
  for (const std::string& flag : option.flags)
    if (flag.size() == 2) tag = "\\fB" + troff(flag) + "\\fR, " + tag;
  if (!option.flags.empty() && !option.value.empty()) tag += " \\fI" + troff(option.value) + "\\fR";
  if (option.many) tag += " ...";
  std::string phrase = option.help;
  if (option.required) phrase += " (required)";
  if (!option.needs.empty()) phrase += " (only with " + option.needs + ")";
  return ".TP\n" + tag + "\n" + troff(phrase) + "\n";
}

void add_command(std::string& page, const CommandEntry& command) {
  page += ".SS " + troff(command.path);
  for (const OptionEntry& argument : command.arguments) page += " " + troff(usage_of(argument));
  page += "\n" + troff(command.about) + ".\n";
  for (const OptionEntry& argument : command.arguments) page += paragraph(argument);
  for (const std::string& heading : headings(command)) {
    std::string paragraphs;
    for (const OptionEntry& option : command.options)
      if (option.group == heading && option.name != "--help") paragraphs += paragraph(option);
    if (!paragraphs.empty()) page += ".PP\n" + troff(heading) + ":\n" + paragraphs;
  }
  for (const CommandEntry& other : command.commands) add_command(page, other);
}

constexpr const char* kAfterCommands = R"(.SH EXIT STATUS
The codes are those of sysexits.h.
.TP
0
success
.TP
64, 66
wrong usage; a missing input
.TP
65
broken data; a run that differs from its record
.TP
69, 70
too little memory; an error of the program itself
.TP
73, 74
a directory that is in use; a disk that fails or is full
.TP
75
stopped by a signal that a scheduler sends; the same command resumes
.TP
76
a number that is not finite
.TP
129, 130, 143
stopped by SIGHUP; by Ctrl\-C; by SIGTERM
.SH FILES
A run directory holds record.json, metrics.jsonl, results.jsonl, out.txt, weights.safetensors,
checkpoints/ and done.
)";

}  // namespace

std::string man_page(const CommandEntry& program, const std::string& version) {
  std::string page = ".TH " + program.name + " 1 \"\" \"" + program.name + " " + version + "\"\n";
  page += ".SH NAME\n" + program.name + " \\- " + troff(program.about) + "\n";
  page += ".SH SYNOPSIS\n\\fB" + program.name + "\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  page += ".SH OPTIONS\n";
  for (const OptionEntry& option : program.options) page += paragraph(option);
  page += ".SH COMMANDS\n";
  for (const CommandEntry& command : program.commands) add_command(page, command);
  return page + kAfterCommands;
}

}  // namespace sand::experiments
