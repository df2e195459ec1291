#!/usr/bin/env python3
"""Are files, functions, lines and the subjects of commits as short as they must be?

    budgets_test.py SOURCE      exit: 0 yes, 1 no, with every excess on stderr

A page that grows past its budget is split or simplified; the budget stays.
"""
import pathlib
import re
import subprocess
import sys

COLUMNS, FUNCTION, SUBJECT = 110, 60, 72
LINES = (  # the first pattern that matches a path says how many lines it may have
    (r"autograd/ops/\w+\.h", 100),
    (r"tensor/kernels/\w+\.(h|cpp)", 400),
    (r".*\.h", 150),
    (r".*\.cpp", 300),
    (r"README\.md", 150),
)
LAST_LONG_SUBJECT = "7c4262f"  # commits after it have short subjects
excesses = []


def over(what, found, budget):
    if found > budget:
        excesses.append(f"{what}: {found}, at most {budget}")


def functions(lines):
    """-> (first line, lines) of every function at the margin or in a class, as clang-format lays it out"""
    for indent in ("", "  "):
        first = 0
        for number, line in enumerate(lines, 1):
            if re.match(indent + "[A-Za-z~]", line):
                first = number
            elif line == indent + "}":
                yield first, number - first + 1


def columns(path, lines):
    if path.suffix in (".h", ".cpp", ".py", ".sh", ".cmake") or path.name == "CMakeLists.txt":
        return list(enumerate(lines, 1))
    if path.suffix != ".md":
        return []
    prose, fenced = [], False
    for number, line in enumerate(lines, 1):
        fenced ^= line.startswith("```")
        cannot_wrap = line.startswith(("|", "<!--", "![", "    "))  # tables, pictures, code
        if not fenced and not cannot_wrap:
            prose.append((number, line))
    return prose


def git(source, *arguments):
    """-> lines, or None with the reason on stdout"""
    try:
        done = subprocess.run(["git", *arguments], cwd=source, capture_output=True, text=True)
    except FileNotFoundError:
        return print("skipped, what needs the history: there is no git here")
    if done.returncode != 0:
        return print(f"skipped, what needs the history: {done.stderr.strip()}")
    return done.stdout.splitlines()


def check_files(source):
    tracked = git(source, "ls-files")
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    untracked = [str(path) for path in files if not path.parts[0].startswith("build")]
    names = untracked if tracked is None else tracked
    for name in names:
        path = source / name
        if path.suffix not in (".h", ".cpp", ".py", ".sh", ".cmake", ".md", ".txt") or not path.exists():
            continue
        lines = path.read_text().splitlines()
        budget = next((budget for pattern, budget in LINES if re.fullmatch(pattern, name)), None)
        if budget:
            over(f"{name}: lines", len(lines), budget)
        for number, line in columns(path, lines):
            over(f"{name}:{number}: columns", len(line), COLUMNS)
        if path.suffix in (".h", ".cpp"):
            for number, length in functions(lines):
                over(f"{name}:{number}: lines of a function", length, FUNCTION)


def check_subjects(source):
    for subject in git(source, "log", "--no-merges", "--format=%s", f"{LAST_LONG_SUBJECT}..HEAD") or []:
        over(f"commit \"{subject}\": characters", len(subject), SUBJECT)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1]).resolve()
    check_files(source)
    check_subjects(source)
    print("\n".join(excesses), file=sys.stderr)
    sys.exit(1 if excesses else 0)


if __name__ == "__main__":
    main()
