#include "experiments/commands/option_tree.h"

#include <doctest/doctest.h>

#include "experiments/commands/man_page.h"
#include "experiments/commands/shell_completion.h"
#include "tensor/error.h"

using namespace sand::experiments;

namespace {

OptionEntry option_of(std::vector<std::string> flags, const char* value, const char* help,
                      const char* group) {
  OptionEntry option;
  option.name = flags.back();
  option.flags = std::move(flags);
  option.value = value;
  option.help = help;
  option.group = group;
  return option;
}

/// A program with one command, `mill grind`.
CommandEntry mill() {
  CommandEntry grind{"grind", "Grind corn", "mill grind"};
  grind.options = {option_of({"--speed"}, "N", "turns a minute (default 3)", "Stones"),
                   option_of({"--kind"}, "TEXT", "kind of corn: oats or rye (default rye)", "Stones"),
                   option_of({"-h", "--help"}, "", "print this help and stop", "Program")};
  grind.options[1].choices = {"oats", "rye"};
  OptionEntry sack;
  sack.name = "sack";
  sack.help = "sack to empty";
  sack.required = true;
  grind.arguments = {sack};
  CommandEntry program{"mill", "Turn corn into flour", "mill"};
  program.options = {option_of({"-h", "--help"}, "", "print this help and stop", "Program")};
  program.commands = {grind};
  return program;
}

}  // namespace

TEST_CASE("Text is wrapped at spaces, and continues below its first word") {
  CHECK(wrapped("one two three", 2, 9) == "one two\n  three");
  CHECK(wrapped("one two three", 2, 10) == "one two\n  three");
  CHECK(wrapped("one two three", 0, 13) == "one two three");
  CHECK(wrapped("unbreakable word", 4, 8) == "unbreakable\n    word");
  CHECK(wrapped("", 4, 8).empty());
}

TEST_CASE("Help shows arguments, then options under their headings, and the program's own last") {
  CHECK(help_text(mill().commands[0]) ==
        "Grind corn\n\n"
        "Usage: mill grind [OPTIONS] sack\n\n"
        "Arguments:\n"
        "  sack                        sack to empty (required)\n\n"
        "Stones:\n"
        "  --speed N                   turns a minute (default 3)\n"
        "  --kind TEXT                 kind of corn: oats or rye (default rye)\n\n"
        "Program:\n"
        "  -h, --help                  print this help and stop\n");
}

TEST_CASE("Help of a program lists its commands and names the way to theirs") {
  const std::string text = help_text(mill());
  CHECK(text.find("Commands:\n  grind                       Grind corn\n") != std::string::npos);
  CHECK(text.find("mill COMMAND --help explains a command.") != std::string::npos);
}

TEST_CASE("A name too long for the left column of help has a line of its own") {
  CommandEntry command{"grind", "Grind corn", "mill grind"};
  command.options = {option_of({"--a-name-of-twenty-eight-ch"}, "N", "number", "Stones")};
  CHECK(help_text(command).find("  --a-name-of-twenty-eight-ch N\n" + std::string(30, ' ') + "number\n") !=
        std::string::npos);
}

TEST_CASE("No line of help is longer than 100 characters, unless a single word is") {
  CommandEntry command{"grind", "Grind corn", "mill grind"};
  std::string phrase;
  for (int i = 0; i < 200; ++i) phrase += std::string(static_cast<std::size_t>(1 + i % 9), 'x') + " ";
  command.options = {option_of({"--speed"}, "N", phrase.c_str(), "Stones")};
  const std::string text = help_text(command);
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  CHECK(longest <= 100);
  CHECK(longest > 90);
}

TEST_CASE("The man page escapes what troff would read as a request, a quote or a hyphen") {
  CommandEntry program = mill();
  program.commands[0].options[0].help = R"(.5 to 'fast' \ 10^U(-3))";
  const std::string page = man_page(program, "1.2");
  CHECK(page.starts_with(".TH mill 1 \"\" \"mill 1.2\"\n"));
  CHECK(page.find(".TP\n\\fB\\-\\-speed\\fR \\fIN\\fR\n\\&.5 to \\(aqfast\\(aq \\e 10\\(haU(\\-3)\n") !=
        std::string::npos);
  CHECK(page.find(".SS mill grind sack\nGrind corn.\n") != std::string::npos);
}

TEST_CASE("Completion for bash offers commands, options and the values of an option") {
  const std::string script = completion_script(mill(), "bash", {"mill"});
  CHECK(script.find("      \" grind\") command=") != std::string::npos);
  CHECK(script.find("\"grind --kind\") words=\"oats rye\" ;;") != std::string::npos);
  CHECK(script.find("\"grind --speed\") return ;;") != std::string::npos);
  CHECK(script.find("\"grind\") words=\"--speed --kind --help\" ;;") != std::string::npos);
  CHECK(script.find("\"\") words=\"grind --help\" ;;") != std::string::npos);
}

TEST_CASE("Completion for zsh and fish quotes the phrases of options") {
  CommandEntry program = mill();
  program.commands[0].options[0].help = "the miller's [choice]: 3";
  const std::string zsh = completion_script(program, "zsh", {"mill"});
  CHECK(zsh.find(R"('--speed[the miller'\''s \[choice\]\: 3]:N:_files')") != std::string::npos);
  const std::string fish = completion_script(program, "fish", {"mill", "mill64"});
  CHECK(fish.find(R"(-l speed -r -d 'the miller\'s [choice]: 3')") != std::string::npos);
  CHECK(fish.find("complete -c mill64 -w mill\n") != std::string::npos);
}

TEST_CASE("Completion for an unknown shell is refused with the known ones") {
  CHECK_THROWS_WITH_AS(completion_script(mill(), "bsh", {"mill"}),
                       "shell: no such name\n    found bsh\n    known bash, zsh, fish\n    hint: did you "
                       "mean bash?",
                       sand::Error);
}
