#!/usr/bin/env python3
"""Would a test notice? Applies the mutants of tests/mutants.txt to a copy of the tree, \
one after the other, and runs the tests.

    mutants.py              all of them; hours
    mutants.py --only optim 17 tensor/sum.h     those of an area, by number, of a file
    mutants.py --list       checks that every one still fits the sources, and lists them; a test does so, too

A mutant is killed when a test fails. First the tests that fit its area run, in float and in double, \
then all, then those that
compare with results kept in the tree: a kill that only they noticed is counted apart, \
for a hash tells no reason.
The list has, under `@ FILE`, pairs of lines `- old`, `+ new`, the old one found exactly once. \
No mutant may be equivalent.
Exit: 0 all killed by a law, 1 not all, 2 the list does not fit. \
Needs what tests/run.sh needs; ccache saves half of the time.
"""
import argparse
import collections
import fcntl
import hashlib
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
Mutant = collections.namedtuple("Mutant", "number file old new")
FITTING = {  # tests that run first, besides tests/FILE_test.cpp and tests/FILE_*_test.cpp
    "kernels": ["tests/tensor/kernels/*_test.cpp", "tests/autograd/ops/conv2d_test.cpp"],
    "ops": ["tests/autograd/tape*_test.cpp", "tests/autograd/prepared_weights_test.cpp",
            "tests/autograd/ops/group_norm_test.cpp", "tests/nn/*_test.cpp"],
    "autograd": ["tests/autograd/*_test.cpp", "tests/nn/*_test.cpp"],
    "optim": ["tests/optim/*_test.cpp"],
    "nn": ["tests/nn/*_test.cpp"],
    "domains": [],
    "tensor": ["tests/domains/spirals_test.cpp"],
    "experiments": ["tests/experiments/setup/settings_test.cpp", "tests/experiments/setup/hparams_test.cpp",
                    "tests/experiments/runs/records_test.cpp",
                    "tests/experiments/training/training*_test.cpp",
                    "tests/experiments/training/update_test.cpp"],
}
KEPT_RESULTS = "Short runs have the bits that stand in the tree*"  # the test case
KEPT_RESULTS_ON_PAGES = "^(bits|readme.*)$"                        # tests of ctest
NO_LAWS = "^(bits|readme.*|sandgrad_tests|sandgrad64_tests|install|objects|mutants)$"
GOLDEN, NOT_BUILT = "killed by kept results alone", "does not compile"


def area_of(file):
    return ("ops" if file.startswith("autograd/ops/")
            else "kernels" if file.startswith("tensor/kernels/")
            else file.split("/")[0])


def key_of(mutant):
    return hashlib.sha256("\0".join(mutant[1:]).encode()).hexdigest()[:16]


def one_line(text):
    return " ".join(text.split()) or "nothing"


def read_list(path):
    mutants, file, old, new = [], None, [], []

    def end():
        if old:
            mutants.append(Mutant(len(mutants) + 1, file, "\n".join(old), "\n".join(new)))
            old.clear(), new.clear()

    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            end()
            file = line[2:]
        elif line.startswith("- "):
            if new:
                end()
            old.append(line[2:])
        elif line.startswith("+"):
            new.append(line[2:])
    end()
    return mutants


def unfit(mutants):
    """The faults of the list, as lines."""
    seen = set()
    for mutant in mutants:
        path = SOURCE / mutant.file
        count = path.read_text(encoding="utf-8").count(mutant.old) if path.is_file() else 0
        if count != 1:
            yield f"{mutant.number} {mutant.file}: found {count} times, expected once: {mutant.old}"
        if mutant.old == mutant.new or key_of(mutant) in seen:
            yield f"{mutant.number} {mutant.file}: changes nothing, or stands there twice: {mutant.old}"
        seen.add(key_of(mutant))


class Tree:
    """A copy of the sources with a build of its own."""

    def __init__(self, path, jobs):
        self.path, self.jobs, self.links = path, jobs, {}
        if (path / ".git").exists() or path.resolve() in [SOURCE, *SOURCE.parents]:
            sys.exit(f"mutants: {path} is no place for a copy that is changed")
        path.mkdir(parents=True, exist_ok=True)
        self.lock = os.open(path, os.O_RDONLY)  # two at once would judge each other's mutants
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"mutants: another one works in {path}; --tree names another place")
        names = subprocess.run(["git", "-C", SOURCE, "ls-files", "-co", "--exclude-standard", "-z"],
                               check=True, capture_output=True).stdout
        names = {name for name in names.decode().split("\0") if name and (SOURCE / name).is_file()}
        for old in path.rglob("*"):
            if (old.is_file() and "build" not in old.relative_to(path).parts[:1]
                    and str(old.relative_to(path)) not in names):
                old.unlink()
        for name in names:
            self.write(name, (SOURCE / name).read_bytes())
            shutil.copymode(SOURCE / name, path / name)
        environment = os.environ.copy()
        if shutil.which("ccache"):
            environment.setdefault("CMAKE_CXX_COMPILER_LAUNCHER", "ccache")
            environment.setdefault("CCACHE_SLOPPINESS",
                                   "pch_defines,time_macros,include_file_mtime,include_file_ctime")
        environment.update(OMP_WAIT_POLICY="passive", OPENBLAS_NUM_THREADS="1")
        self.environment = environment
        self.build_folder = path / "build/test"
        # one test is one object
        if self.run(["cmake", "--preset", "test", "-DCMAKE_UNITY_BUILD=OFF"], 600)[0] != 0:
            sys.exit("mutants: cmake fails; does tests/run.sh work?")

    def write(self, name, content):
        """Does not touch files with this content: their time decides what is compiled."""
        path = self.path / name
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def run(self, command, seconds, folder=None):
        """-> exit code (124: out of time) and output. A mutant may take all memory or never end."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        process = subprocess.Popen([str(word) for word in command], cwd=folder or self.path,
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=limit)
        try:
            output, _ = process.communicate(timeout=seconds)
            return process.returncode, output.decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 124, process.communicate()[0].decode(errors="replace")

    def build(self, *targets):
        return self.run(["ninja", "-C", self.build_folder, f"-j{self.jobs}", *targets], 3600)

    def link_of(self, program):
        """The command that links a test program, as words. Asked for once: no mutant changes it."""
        if program not in self.links:
            commands = self.run(["ninja", "-C", self.build_folder, "-t", "commands", program], 60)[1]
            text = commands.strip().splitlines()[-1]
            words = shlex.split(text)
            self.links[program] = [word for word in words if word not in ("&&", ":")]
        return self.links[program]

    def small_program(self, program, tests, experiments):
        """Compiles and links only these tests. -> exit code, output, the program"""
        objects = f"tests/CMakeFiles/{program}.dir/"
        wanted = {objects + "main.cpp.o"} | {objects + test[len("tests/"):] + ".o" for test in tests}
        words, needed, kept, small = self.link_of(program), [], [], "small_" + program
        for at, word in enumerate(words):
            own = word.endswith(".o") and word.startswith(objects)
            if (own and word not in wanted) or (word.startswith("experiments/") and not experiments):
                continue
            if word.endswith(".o") or (word.endswith(".a") and not word.startswith("/")):
                needed.append(word)
            kept.append(small if words[at - 1] == "-o" else word)
        wrong = self.build(*needed)
        if wrong[0] != 0:
            return *wrong, None
        return *self.run(kept, 600, self.build_folder), self.build_folder / small


def failed_case(output):
    found = re.search(r"TEST CASE:\s*(.*)", output)
    return found[1].strip() if found else (output.strip().splitlines() or ["no output"])[-1][:100]


def failed_test(output):
    names = re.findall(r"^\s*\d+ - (\w+) \(", output, re.M)  # "The following tests FAILED:"
    return names[0] if names else "ctest"


def judge(tree, mutant, fitting_only):
    """-> verdict and the test that gave it"""
    laws, kept = ["--test-case-exclude=" + KEPT_RESULTS, "--abort-after=1"], ["--test-case=" + KEPT_RESULTS]
    own = "tests/" + str(pathlib.PurePosixPath(mutant.file).with_suffix(""))
    patterns = [own + "_test.cpp", own + "_*_test.cpp", *FITTING[area_of(mutant.file)]]
    tests = {str(path.relative_to(tree.path)) for pattern in patterns for path in tree.path.glob(pattern)}
    experiments = area_of(mutant.file) == "experiments"
    for program in ["sandgrad_tests", "sandgrad64_tests"][: 1 if experiments else 2]:
        if not tests:
            break
        code, output, small = tree.small_program(program, tests, experiments)
        if code != 0:
            return NOT_BUILT, "\n".join(line for line in output.splitlines() if "error" in line)[:400]
        code, output = tree.run([small, *laws], 300)
        if code != 0:
            return "killed", f"{program}: {failed_case(output)}"
    if fitting_only:
        return "survived", "the tests of its area"
    for program in ["sandgrad_tests", "sandgrad64_tests"]:
        code, output = tree.build(program)
        if code != 0:
            return NOT_BUILT, output[-400:]
        code, output = tree.run([tree.build_folder / program, *laws], 900)
        if code != 0:
            return "killed", f"{program}: {failed_case(output)}"
    tree.build()
    ctest = ["ctest", "--test-dir", tree.build_folder, "--stop-on-failure", "--timeout", "300",
             f"-j{tree.jobs}"]
    code, output = tree.run([*ctest, "-E", NO_LAWS], 3600)
    if code != 0:
        return "killed", failed_test(output)
    for program in ["sandgrad_tests", "sandgrad64_tests"]:
        if tree.run([tree.build_folder / program, *kept], 900)[0] != 0:
            return GOLDEN, program
    code, output = tree.run([*ctest, "-R", KEPT_RESULTS_ON_PAGES], 3600)
    return (GOLDEN, failed_test(output)) if code != 0 else ("survived", "")


def report(mutants, results):
    verdicts = ["killed", GOLDEN, "survived", NOT_BUILT]
    print(f"\n{'area':12} {'mutants':>8} {'by laws':>8} {'by kept results':>16} {'survived':>9} "
          f"{'not built':>10}")
    counts = collections.defaultdict(collections.Counter)
    for mutant in mutants:
        if key_of(mutant) in results:
            for row in [area_of(mutant.file), "all"]:
                counts[row][results[key_of(mutant)]["verdict"]] += 1
    for row in sorted(counts, key=lambda area: (area == "all", area)):
        killed, golden, survived, broken = (counts[row][verdict] for verdict in verdicts)
        share = f"{100 * killed / max(1, killed + golden + survived):.1f} %"
        print(f"{row:12} {sum(counts[row].values()):8} {killed:8} {golden:16} {survived:9} {broken:10}"
              f"   {share}")
    for mutant in mutants:
        result = results.get(key_of(mutant))
        if result and result["verdict"] != "killed":
            print(f"{result['verdict']}: {mutant.number} {mutant.file}\n  - {mutant.old}\n  + {mutant.new}\n"
                  f"  {result['by']}")
    return counts["all"]["killed"] == sum(counts["all"].values())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="WHICH", help="areas, numbers or files")
    parser.add_argument("--list", action="store_true", help="check the list and print it")
    parser.add_argument("--fitting", action="store_true",
                        help="run the tests of a mutant's area alone: minutes for an area, not hours")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at a time")
    parser.add_argument("--tree", type=pathlib.Path,
                        default=pathlib.Path(tempfile.gettempdir()) / "sandgrad-mutants",
                        help="the copy; kept, so that the next run builds less (default: %(default)s)")
    parser.add_argument("--results", type=pathlib.Path,
                        help="a line of JSON for each mutant (default: beside the copy)")
    parser.add_argument("--resume", action="store_true", help="only those without a result")
    arguments = parser.parse_args()
    mutants = read_list(SOURCE / "tests/mutants.txt")
    wrong = list(unfit(mutants))
    if wrong:
        print("mutants: the list does not fit the sources\n  " + "\n  ".join(wrong), file=sys.stderr)
        return 2
    chosen = [mutant for mutant in mutants
              if not arguments.only
              or {area_of(mutant.file), str(mutant.number), mutant.file} & set(arguments.only)]
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.number:4} {area_of(mutant.file):12} {mutant.file}: "
                  f"{one_line(mutant.old)} -> {one_line(mutant.new)}")
        return 0
    path = arguments.results or arguments.tree.with_name(arguments.tree.name + ".jsonl")
    results = {}
    if arguments.resume and path.exists():
        results = {result["key"]: result for result in map(json.loads, path.read_text().splitlines())}
    else:
        path.write_text("")
    tree = Tree(arguments.tree.absolute(), arguments.jobs)
    areas = sorted({area_of(mutant.file): mutant.file for mutant in chosen}.values())
    unmutated = [(file, True) for file in areas]
    unmutated += [(file, False) for file in areas[:1] if not arguments.fitting]
    for file, fitting in unmutated:
        verdict, by = judge(tree, Mutant(0, file, "", ""), fitting)
        if verdict != "survived":
            sys.exit(f"mutants: without any mutant the tests must pass: {verdict} {by}")
    for mutant in chosen:
        if key_of(mutant) in results:
            continue
        start = time.monotonic()
        original = (SOURCE / mutant.file).read_text(encoding="utf-8")
        tree.write(mutant.file, original.replace(mutant.old, mutant.new).encode())
        verdict, by = judge(tree, mutant, arguments.fitting)
        tree.write(mutant.file, original.encode())
        result = {"key": key_of(mutant), "number": mutant.number, "file": mutant.file,
                  "verdict": verdict, "by": by, "seconds": round(time.monotonic() - start)}
        results[result["key"]] = result
        with path.open("a") as file:
            file.write(json.dumps(result) + "\n")
        print(f"{mutant.number:4} {mutant.file}: {verdict} ({result['seconds']} s) {by}", flush=True)
    return 0 if report(chosen, results) else 1


if __name__ == "__main__":
    sys.exit(main())
