#!/usr/bin/env python3
"""--help of every command, the completion of shells and the man page, all made from the options themselves.

    help_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 every test was skipped
"""
import re
import shutil
import subprocess
import sys
import unittest

from program_test import USAGE, Case, main

COLUMNS = 100
# words that a phrase must not begin with: it would need the name of its option to be understood
BARE = {"it", "its", "that", "them", "this", "only", "also", "by", "of", "to", "or"}


class HelpCase(Case):
    texts = {}  # of --help, by command

    def help_of(self, *command):
        if command not in self.texts:
            self.texts[command], stderr = self.run_program(*command, "--help")
            self.assertEqual(stderr, "")
        return self.texts[command]

    def commands(self, *above):
        """-> all commands below, as tuples of words"""
        text = self.help_of(*above)
        listed = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.M)
        below = [(*above, name) for name in re.findall(r"^  ([\w-]+) ", listed[1], re.M)] if listed else []
        return below + [deeper for command in below for deeper in self.commands(*command)]

    def options(self, *command):
        """-> [(heading, flag, placeholder of its value or "", phrase)]"""
        heading, options = None, []
        for line in self.help_of(*command).splitlines():
            if match := re.fullmatch(r"(\S.*):", line):
                heading = match[1]
            elif match := re.match(r"  (?:-h, )?(--[\w-]+)((?: \S+)*?)(?:  +(\S.*))?$", line):
                options.append([heading, match[1], match[2].strip(), match[3] or ""])
            elif line.startswith(" " * 30) and options:
                options[-1][3] = (options[-1][3] + " " + line.strip()).strip()
        return options


class Texts(HelpCase):
    def test_every_command_is_found(self):
        found = self.commands()
        for command in [("train",), ("sweep",), ("sweep", "plan"), ("data", "show"), ("man",)]:
            self.assertIn(command, found)
        self.assertGreater(len(found), 20)

    def test_no_line_is_longer_than_100_columns(self):
        for command in [(), *self.commands()]:
            for line in self.help_of(*command).splitlines():
                self.assertLessEqual(len(line), COLUMNS, f"{command}: {line}")

    def test_every_option_stands_under_a_heading_and_long_lists_have_several(self):
        for command in [(), *self.commands()]:
            options = self.options(*command)
            self.assertIn(["Program", "--help", "", "print this help and stop"], options, command)
            headings = {heading for heading, *_ in options}
            self.assertNotIn(None, headings, command)
            if len(options) > 9:  # with --help
                self.assertGreaterEqual(len(headings), 3, command)

    def test_every_value_has_a_default_or_is_required(self):
        for command in self.commands():
            for _, flag, value, phrase in self.options(*command):
                if value:
                    self.assertRegex(phrase, r"\(default[ :]|\(required\)|\(only with --", (command, flag))

    def test_every_phrase_stands_by_itself(self):
        for command in self.commands():
            for _, flag, _, phrase in self.options(*command):
                first = re.match(r"\w*", phrase)[0]
                self.assertGreaterEqual(len(phrase.split()), 3, (command, flag, phrase))
                self.assertNotIn(first, BARE, (command, flag))
                self.assertNotRegex(phrase, r"\.$", (command, flag))


class Completion(HelpCase):
    def script(self, shell):
        stdout, _ = self.run_program("completion", shell)
        path = self.path(f"completion.{shell}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(stdout)
        return path

    def by_bash(self, *lines):
        """-> what bash offers for the last word of each line"""
        test = f"""source {self.script("bash")}
            while IFS= read -r line; do
              read -ra COMP_WORDS <<<"$line"
              case $line in *" ") COMP_WORDS+=("") ;; esac
              COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _sandgrad; echo "${{COMPREPLY[*]}}"
            done"""
        lines = "".join(f"sandgrad {line}\n" for line in lines)
        done = subprocess.run(["bash", "-c", test], capture_output=True, text=True, input=lines)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [offers.split() for offers in done.stdout.splitlines()]

    def by_fish(self, line):
        done = subprocess.run(["fish", "-N", "-c", f"source {self.script('fish')}; complete -C '{line}'"],
                              capture_output=True, text=True, env={"HOME": self.folder,
                                                                   "PATH": "/usr/bin:/bin"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [offer.split("\t")[0] for offer in done.stdout.splitlines()]

    def needs(self, shell):
        if not shutil.which(shell):
            self.skipTest(f"there is no {shell} here")

    def test_bash_offers_every_command_and_every_option_of_help(self):
        self.needs("bash")
        commands = self.commands()
        self.assertEqual({name for name, *deeper in commands if not deeper},
                         {word for word in self.by_bash("")[0] if word[0] != "-"})
        offered = self.by_bash(*(" ".join([*command, "--"]) for command in commands))
        for command, words in zip(commands, offered, strict=True):
            self.assertEqual({flag for _, flag, *_ in self.options(*command)}, set(words), command)

    def test_bash_offers_the_names_that_an_option_takes(self):
        self.needs("bash")
        offered = {"train --algorithm SAND": ["SANDMask", "SANDMaskSNR"],
                   "train --dataset Rot": ["RotatedMNIST"],
                   "completion ": ["bash", "zsh", "fish", "--help"],
                   "train --output-dir ": []}  # bash then completes files
        self.assertEqual(self.by_bash(*offered), list(offered.values()))

    def test_every_name_that_bash_offers_is_in_the_phrase_of_its_option(self):
        self.needs("bash")
        options = [(command, flag, phrase) for command in self.commands()
                   for _, flag, value, phrase in self.options(*command) if value]
        offered = self.by_bash(*(" ".join([*command, flag, ""]) for command, flag, _ in options))
        self.assertGreater(sum(map(bool, offered)), 20)
        for (command, flag, phrase), names in zip(options, offered, strict=True):
            if "sandgrad list" not in phrase and flag not in ("--datasets", "--dataset"):
                for name in names:
                    self.assertRegex(phrase, rf"(?<!\w){name}(?!\w)", (command, flag))

    def test_fish_offers_commands_options_and_names(self):
        self.needs("fish")
        self.assertIn("train", self.by_fish("sandgrad tr"))
        self.assertEqual(self.by_fish("sandgrad sweep st"), ["status"])
        self.assertIn("--algorithm", self.by_fish("sandgrad train --al"))
        self.assertEqual(self.by_fish("sandgrad train --dataset Rot"), ["RotatedMNIST"])
        self.assertIn("--n-trials", self.by_fish("sandgrad sweep plan --n-t"))

    def test_zsh_reads_the_script_and_defines_a_function_for_each_command(self):
        self.needs("zsh")
        names = ["_sandgrad_" + re.sub("[ -]", "_", " ".join(command)) for command in self.commands()]
        # without its last line, which completes at once
        done = subprocess.run(["zsh", "-f", "-c", f"""
            source <(sed '$d' {self.script("zsh")}) && whence {' '.join(names)}"""],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.split(), names)

    def test_another_shell_is_refused(self):
        self.refused(USAGE, "completion", "tcsh", says=["shell: no such name", "known bash, zsh, fish"])


class Man(HelpCase):
    def test_the_page_has_every_command_and_every_option(self):
        page = self.run_program("man")[0].replace("\\-", "-")
        for command in self.commands():
            section = page.split(f".SS sandgrad {' '.join(command)}", 1)[1].split("\n.SS ")[0]
            for _, flag, *_ in self.options(*command):
                if flag != "--help":
                    self.assertIn(f"\\fB{flag}\\fR", section, command)

    def test_troff_formats_the_page_without_a_warning(self):
        if not shutil.which("groff"):
            self.skipTest("there is no groff here")
        page = self.run_program("man")[0]
        done = subprocess.run(["groff", "-man", "-ww", "-Tascii", "-P-cbou"], input=page,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--algorithm TEXT", done.stdout)


if __name__ == "__main__":
    sys.exit(main())
