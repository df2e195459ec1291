#!/usr/bin/env python3
"""Are README.md and the other pages true? Python's standard library only. \
Exit: 0 yes, 1 no, with what is wrong on stderr.

    readme_test.py text SOURCE              links, lines of code, formula cards, \
sources of formulas, random streams
    readme_test.py commands SOURCE BUILD [PAGE ...]
                                            writes their C++ and Python to files, runs their shell blocks, \
compares what they print
With --write the pages are brought up to date instead. A comment before a block may say otherwise: \
"not run: why" (then
only its flags and files are checked), "needs numpy" (or a program), "exit 64", \
"differs from machine to machine" (then only the words
that begin a line, and JSON keys, are compared), or "made by: COMMAND" what stands between it and "/made", \
"drawn by: COMMAND FILE"
the picture after it. The compiler is $CXX with $CXXFLAGS.
"""
import base64
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zlib

ROOMS = {
    "experiments": "the program: flags, protocols, records",
    "nn": "layers, models, objectives",
    "optim": "combiners of gradients, optimizers",
    "autograd": "the tape, operations, gradients by domain",
    "domains": "data sets and samplers",
    "tensor": "numbers, shapes, errors, files, random numbers, kernels",
    "tests": "tests of everything above, and of these pages",
}
FLOORS = {"experiments": "3", "nn": "2", "autograd": "1", "tensor": "0"}  # the others are neighbours
# pages whose commands are run
LESSONS = [f"docs/lessons/{name}.md" for name in (
    "1-tape", "2-domains", "3-mask", "4-shortcut", "5-masks", "6-combiner", "7-audit", "8-table", "class")]
COMMANDS = ["README.md", *LESSONS, *(f"docs/{name}.md" for name in (
    "README", "glossary", "install", "first-run", "own-data", "after-training", "images", "training",
    "reports", "sweeps", "settings", "algorithms", "explain", "audit", "playground", "cpp", "python",
    "own-combiner", "own-objective", "own-op", "own-layer", "own-data-set", "own-loop", "speed", "results",
    "bits"))]
problems = []


class Block:
    """A fenced block: its language, lines[first:last], the comment on the line before it, and the block of
    text after it."""

    def __init__(self, lines, opening, closing):
        before = lines[opening - 1]
        self.language, self.first, self.last = lines[opening][3:], opening + 1, closing
        self.note = before.strip("<!-> ") if before.startswith("<!--") else ""
        self.body = "\n".join(lines[self.first : self.last])
        self.output = None


def blocks_of(lines):
    fences = [i for i, line in enumerate(lines) if line.startswith("```")]
    blocks = [Block(lines, *pair) for pair in zip(fences[::2], fences[1::2])]
    for block, after in zip(blocks, blocks[1:]):
        block.output = after if after.language == "text" and after.first - block.last <= 3 else None
    return blocks


# ---- text ----
def section(lines, marker):
    """The place between <!-- marker --> and <!-- /marker -->, as a slice of lines."""
    return slice(lines.index(f"<!-- {marker} -->") + 1, lines.index(f"<!-- /{marker} -->"))


def house_map(source):
    rows = ["```text"]
    for room, what in ROOMS.items():
        files = [f for ending in ("*.h", "*.cpp") for f in (source / room).rglob(ending)]
        count = sum(len(f.read_text().splitlines()) for f in files)
        rows.append(f"{FLOORS.get(room, ' ')}   {room + '/':<14}{what:<58}{round(count, -2):>6,} lines")
    return rows + ["```"]


def formula_cards(source):
    rows = ["# Operations", "", "The formula card of every page in this folder, as the tape prints it.", ""]
    rows += ["| op | forward | backward |", "|---|---|---|"]
    for page in sorted((source / "autograd/ops").glob("*.h")):
        text = page.read_text()
        cards = re.findall(r'OpDoc doc\{"([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\}', text)
        if len(cards) != text.count("OpDoc doc"):
            problems.append(f"{page}: a formula card that is not three strings")
        rows += [f"| [{name}]({page.name}) | `{forward}` | `{backward}` |"
                 for name, forward, backward in cards]
    return rows


def same_map(ours, theirs):
    """Numbers of lines are rounded and may change by a fifth."""
    number = re.compile(r"[\d,]+(?= lines)")
    counts = [[int(n.replace(",", "")) for n in number.findall("\n".join(rows))] for rows in (ours, theirs)]
    near = all(abs(a - b) <= max(a / 5, 100) for a, b in zip(*counts))
    words_of = lambda rows: [number.sub("", row).split() for row in rows]
    return near and words_of(ours) == words_of(theirs)


def check_text(source, lines, write):
    place = slice(lines.index("<!-- map -->") + 1, lines.index("<!-- /map -->"))
    cards = source / "autograd/ops/README.md"
    if write:
        lines[place] = house_map(source)
        cards.write_text("\n".join(formula_cards(source)) + "\n")
    elif not same_map(house_map(source), lines[place]):
        problems.append("README.md, the map: expected (readme_test.py text --write)\n"
                        + "\n".join(house_map(source)))
    elif cards.read_text().splitlines() != formula_cards(source):
        problems.append(f"{cards}: is not what the formula cards say (readme_test.py text --write)")

    for page in (*(source / page for page in COMMANDS), source / "CONTRIBUTING.md", cards):
        text = page.read_text()
        # a lambda [](...) is no link
        paths = [page.parent / link for link in re.findall(r"[^[&=]\]\(([^)#:]+)\)", text)]
        paths += [source / path for path in re.findall(rf"`((?:{'|'.join(ROOMS)}|cmake)/[\w./-]*\w)`", text)
                  if "NAME" not in path]
        problems.extend(f"{page}: there is no {path}" for path in paths if not path.exists())
    for line in (source / "docs/algorithms.md").read_text().splitlines():
        for path in re.findall(r"\]\(([^)]+)\) \|$", line):  # the last column of a table of formulas
            missing = [paper for paper in re.findall(r"\d{4}\.\d{4,5}", line)
                       if paper not in (source / "docs" / path).read_text()]
            problems.extend(f"docs/algorithms.md: {path} does not name its source arXiv {paper}"
                            for paper in missing)
    pages = {str(page.relative_to(source)) for page in (source / "docs").rglob("*.md")}
    if listed := pages ^ set(COMMANDS[1:]):
        problems.append(f"docs/: pages that are not tested, or not there: {listed}")
    index = (source / "docs/README.md").read_text()
    problems.extend(f"docs/README.md: no link to {page}" for page in sorted(pages - {"docs/README.md"})
                    if f"]({page[5:]})" not in index)

    contributing = (source / "CONTRIBUTING.md").read_text()
    for room in ROOMS:
        for file in (source / room).rglob("*.[hc]*"):
            for tag in re.findall(r"Stream = (0x[0-9a-f]{8})", file.read_text()):
                if tag not in contributing:
                    problems.append(f"CONTRIBUTING.md: the random stream {tag} of {file} is not in the table")

    all_lines = [line for page in COMMANDS for line in (source / page).read_text().splitlines()]
    for block in blocks_of(all_lines):
        if block.language == "sh":
            files = re.findall(r"^(?:sh )?([a-z]+/[\w/]+\.(?:sh|py))", block.body, re.MULTILINE)
            problems.extend(f"a page: there is no {file}" for file in files if not (source / file).exists())
        installed = source / "tests/install/CMakeLists.txt"
        if block.language == "cmake" and installed.exists():
            tested = installed.read_text()
            names = re.findall(r"sandgrad::\w+|find_package\(\w+", block.body)
            problems.extend(f"docs/install.md: {name} is not tested in tests/install"
                            for name in names if name not in tested)
    presets = {p["name"] for p in json.loads((source / "CMakePresets.json").read_text())["configurePresets"]}
    used = set(re.findall(r"--preset ([\w-]+)", "\n".join(all_lines) + contributing))
    problems.extend(f"there is no preset {name}" for name in used - presets)


# ---- commands ----
def sandbox_of(source, build, place):
    """A copy of the tree, by links, with BUILD as build/release; our compiler and python come first in its
    PATH."""
    for entry in source.iterdir():
        if not entry.name.startswith((".", "build", "runs")):
            (place / entry.name).symlink_to(entry)
    (place / "build").mkdir()
    (place / "build/release").symlink_to(build)
    (place / "bin").mkdir()
    compiler = os.environ.get("CXX", "g++"), os.environ.get("CXXFLAGS", "")
    python = numpy_python() or sys.executable, ""
    for name, (program, flags) in {"g++": compiler, "python3": python}.items():
        wrapper = place / "bin" / name
        wrapper.write_text(f'#!/bin/sh\nexec {shutil.which(program)} "$@" {flags}\n')
        wrapper.chmod(0o755)
    return dict(os.environ, PATH=f"{place / 'bin'}:{os.environ['PATH']}", PYTHONDONTWRITEBYTECODE="1")


def numpy_python():
    for python in (sys.executable, "/usr/bin/python3"):
        imported = [python, "-c", "import numpy"]
        if os.path.exists(python) and subprocess.run(imported, stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return None


def is_missing(note):
    """Whether a block "needs ..." something that is missing here."""
    needed = note[6:] if note.startswith("needs ") else ""
    return bool(needed) and not (numpy_python() if needed == "numpy" else shutil.which(needed))


def words(text):
    """The parts that are the same on every machine: the words that begin lines, and the keys of JSON."""
    return re.findall(r'^\w+|"\w+":', text, re.MULTILINE)


def check_flags(page, block, build):
    for line in block.body.splitlines():
        program, *arguments = shlex.split(line, comments=True) or [""]
        if not program.startswith("build/release/"):
            continue
        names = arguments[: 2 if arguments[0] in ("data", "sweep") else 1]
        usage = subprocess.run([build / program[14:], *names, "--help"], stdout=subprocess.PIPE,
                               text=True).stdout
        known = set(re.findall(r"--[\w-]+", usage))
        problems.extend(f"{page}: there is no flag {flag}: {line}"
                        for flag in arguments if flag.startswith("--") and flag not in known)


def run(block, place, environment, written):
    done = subprocess.run(["sh", "-ec", block.body], cwd=place, env=environment, capture_output=True,
                          text=True, timeout=300)
    code = int(block.note[5:]) if block.note.startswith("exit ") else 0
    printed = (done.stderr if code else done.stdout).strip("\n")
    shown = block.output.body if block.output else ""
    loose = block.output and block.output.note.startswith("differs")
    same = words if loose else lambda text: [line.rstrip() for line in text.splitlines()]
    if done.returncode != code:
        problems.append(f"{block.body}\n    ended with {done.returncode}, not {code}:\n"
                        f"{done.stdout}{done.stderr}")
    elif same(printed) != same(shown):
        if block.output:
            written.append((block.output, printed.splitlines()))
        problems.append(f"{block.body}\n    must print\n{shown}\n    but prints\n{printed}")


def check_commands(source, build, page, write):
    """Each page in a sandbox of its own, from its first block to its last."""
    lines, written = (source / page).read_text().splitlines(), []
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        environment = sandbox_of(source, build, place)
        for block in blocks_of(lines):
            if block.language in ("cpp", "python"):
                # its first line is // or #, and its name
                (place / block.body.split("\n")[0].lstrip("/# ")).write_text(block.body + "\n")
            elif block.language == "sh" and block.note.startswith("not run"):
                check_flags(page, block, build)
            elif block.language == "sh" and is_missing(block.note):
                print(f"skipped, {block.note}:", block.body.split("\n")[0])
            elif block.language == "sh":
                run(block, place, environment, written)
        if write:
            for block, output in reversed(written):
                lines[block.first : block.last] = output
        lines = check_tables(page, lines, place, environment)
        check_pictures(source, page, lines, place, environment, write)
    if write:
        (source / page).write_text("\n".join(lines) + "\n")


def check_tables(page, lines, place, environment):
    """-> the lines, with what the commands between <!-- made by: COMMAND --> and <!-- /made --> print"""
    made = []
    for line in lines:
        if made[-1:] == [None] and line != "<!-- /made -->":
            continue
        if made[-1:] == [None]:
            made.pop()
        made.append(line)
        if line.startswith("<!-- made by: "):
            done = subprocess.run(["sh", "-ec", line[14:-4]], cwd=place, env=environment, capture_output=True,
                                  text=True, timeout=60)
            made += [*done.stdout.splitlines(), None]
    if made != lines:
        problems.append(f"{page}: a table is not what its command prints (readme_test.py commands --write)")
    return made


def check_pictures(source, page, lines, place, environment, write):
    """The line after <!-- drawn by: COMMAND FILE --> shows the picture that the command writes to FILE."""
    for comment, line in zip(lines, lines[1:]):
        if comment.startswith("<!-- drawn by: "):
            command, shown = comment[15:-4], (source / page).parent / re.search(r"\]\(([^)]+)\)", line)[1]
            subprocess.run(["sh", "-ec", command], cwd=place, env=environment, check=True, timeout=60)
            drawn = (place / command.split()[-1]).read_bytes()
            if write:
                shown.write_bytes(drawn)
            elif not same_picture(drawn, shown.read_bytes()):
                problems.append(f"{page}: {shown.name} is not what {command} draws "
                                "(readme_test.py commands --write)")


def same_picture(drawn, shown):
    """Pictures in points, also those within an SVG, by their points, the rest by its bytes."""
    if drawn.startswith(b"\x89PNG") and shown.startswith(b"\x89PNG"):
        return pixels_of(drawn) == pixels_of(shown)
    within = re.compile(rb"(?<=data:image/png;base64,)[^\"]+")
    pictures = [[pixels_of(base64.b64decode(png)) for png in within.findall(svg)] for svg in (drawn, shown)]
    return pictures[0] == pictures[1] and within.sub(b"", drawn) == within.sub(b"", shown)


def pixels_of(png):
    """-> width and rows of an RGB picture: its file may differ with the version of the library that packs
    it"""
    width, at, packed, rows = int.from_bytes(png[16:20], "big"), 8, b"", []
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        packed += png[at + 8 : at + 8 + size] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += size + 12
    data, above = zlib.decompress(packed), bytes(3 * width)
    for first in range(0, len(data), 3 * width + 1):
        row = bytearray(data[first + 1 : first + 3 * width + 1])
        for i in range(3 * width):
            left, corner = (row[i - 3], above[i - 3]) if i >= 3 else (0, 0)
            nearest = min((left, above[i], corner), key=lambda x: abs(left + above[i] - corner - x))
            row[i] = (row[i] + (0, left, above[i], (left + above[i]) // 2, nearest)[data[first]]) % 256
        rows.append(bytes(row))
        above = row
    return width, rows


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    write = len(arguments) + 1 < len(sys.argv)
    if len(arguments) < 2 or arguments[0] not in ("text", "commands"):
        sys.exit(__doc__)
    source = pathlib.Path(arguments[1]).resolve()
    if arguments[0] == "text":
        readme = source / "README.md"
        lines = readme.read_text().splitlines()
        check_text(source, lines, write)
        if write:
            readme.write_text("\n".join(lines) + "\n")
    else:
        for page in arguments[3:] or COMMANDS:
            check_commands(source, pathlib.Path(arguments[2]).resolve(), page, write)
    for problem in problems if not write else []:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems and not write else 0)


if __name__ == "__main__":
    main()
