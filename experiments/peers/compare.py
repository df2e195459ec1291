#!/usr/bin/env python3
"""Runs `sandgrad bench` and its PyTorch peer in turn (ours, peer, ours, peer, ...) and prints Markdown, \
or writes it into docs/speed.md.

Needs only Python. The peer runs under --python, by default Debian's interpreter, which has python3-torch.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import textwrap
from pathlib import Path

from torch_peer import BLOCKS, CASES

HERE = Path(__file__).resolve().parent
PEER, PAGE = HERE / "torch_peer.py", HERE.parents[1] / "docs/speed.md"
MISSING_INPUT, MISSING_SERVICE, BROKEN = 66, 69, 70  # as in sysexits
NAMES = {"SANDMask": "SAND-mask", "ANDMask": "AND-mask", "ERM": "ERM"}
EVALUATED = ["mnist"]
SWEEP_CASE, SWEEP_ROWS, SWEEP_DOMAINS = "ilc", 1024, (1, 4, 16, 64)
STEPS, CONVOLUTIONAL_STEPS, CONVOLUTIONAL_WARM_UP = 50, 5, 2
OURS, THEIRS = 0, 1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", type=Path, default=HERE.parents[1] / "build/release/sandgrad",
                        help="the program to measure")
    parser.add_argument("--python", default="/usr/bin/python3", help="the interpreter that has PyTorch")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--phases", nargs="+", choices=["train", "evaluate"], default=["train", "evaluate"])
    parser.add_argument("--algorithms", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--threads", nargs="+", type=int, default=[2, 1])
    parser.add_argument("--steps", type=int, help=f"timed steps of one run; default {STEPS}, "
                                                  f"or {CONVOLUTIONAL_STEPS} of convolutions")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side")
    parser.add_argument("--no-sweep", action="store_true",
                        help="leave out the sentence about the number of domains")
    parser.add_argument("--write", action="store_true",
                        help="into docs/speed.md, between <!-- speed --> and <!-- /speed -->")
    options = parser.parse_args()
    if min(options.rounds, *options.threads) < 1 or options.steps is not None and options.steps < 1:
        parser.error("threads, steps and rounds must be at least 1")
    return options


def stop(code, message):
    print(f"compare: {message}", file=sys.stderr)
    sys.exit(code)


def check_both_sides(options):
    if not os.access(options.ours, os.X_OK):
        stop(MISSING_INPUT, f"no program at {options.ours}: cmake --preset release && "
                            "cmake --build --preset release, or --ours PATH")
    try:
        found = subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode == 0
    except OSError:
        found = False
    if not found:
        stop(MISSING_SERVICE, f"{options.python} has no PyTorch: "
                              "apt install python3-torch libopenblas0-openmp, or --python PATH")


# ---- measuring ----
def run(command):
    """-> the JSON object that the command prints on stdout"""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        if done.returncode == 0:
            return json.loads(done.stdout)
    except json.JSONDecodeError:
        pass
    stop(BROKEN,
         f"exit {done.returncode}, expected one JSON line: {' '.join(command)}\n{done.stdout}{done.stderr}")


def is_convolutional(case):
    return CASES[case][0].split(":")[0] in BLOCKS


def steps_of(options, case):
    return options.steps or (CONVOLUTIONAL_STEPS if is_convolutional(case) else STEPS)


def measure(options, setting, peer_extra=()):
    """-> [(ours, peer)], one pair per round. The sides alternate, so a slow minute of the machine affects
    both."""
    flags = [word for name, value in setting.items() for word in (f"--{name}", value)]
    flags += ["--steps", steps_of(options, setting["case"])]
    warm_up = ["--warm-up", CONVOLUTIONAL_WARM_UP] if is_convolutional(setting["case"]) else []
    pairs = []
    for _ in range(options.rounds):
        ours = run([options.ours, "bench", *flags, "--json"])
        peer = run([options.python, PEER, *flags, *warm_up, *peer_extra])
        for key in ("case", "phase", "algorithm", "threads", "domains", "rows", "weights"):
            if ours.get(key) != peer[key]:
                stop(BROKEN, f"the sides ran different things: {key} is {ours.get(key)} here "
                             f"and {peer[key]} there ({setting})")
        pairs.append((ours, peer))
    return pairs


def median(pairs, side, key="ms_per_step"):
    return statistics.median(pair[side][key] for pair in pairs)


def number(value):
    """Three digits; no decimals from 100 on."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


# ---- printing ----
def lines_of(options, case):
    """-> [(name, setting, flags of the peer)], one for each line of the table"""
    lines = []
    for algorithm in options.algorithms if "train" in options.phases else []:
        setting = {"case": case, "algorithm": algorithm}
        lines.append((NAMES[algorithm], setting, []))
        if algorithm == "SANDMask":
            lines.append((NAMES[algorithm] + ", variance written out", setting, ["--variance", "passes"]))
    if "evaluate" in options.phases and case in EVALUATED:
        lines.append(("evaluation", {"case": case, "phase": "evaluate"}, []))
    return lines


def cells(pairs):
    """Medians over the rounds; ratios are taken within each round."""
    ratios = sorted(peer["ms_per_step"] / ours["ms_per_step"] for ours, peer in pairs)
    ratio = f"**{statistics.median(ratios):.1f}** ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    return [number(median(pairs, OURS)), number(median(pairs, THEIRS)), ratio]


def table(header, rows):
    return [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}",
            *(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows)]


def speed_of_cases(options):
    """-> (the two tables, one pair that contains the versions)"""
    speed, size = [], []
    for case in options.cases:
        model, domains, rows = CASES[case]
        title = f"{case}: {model}, {domains} x {rows} rows"
        for what, setting, peer_extra in lines_of(options, case):
            measured = [measure(options, {**setting, "threads": threads}, peer_extra)
                        for threads in options.threads]
            speed.append([title, what, *(cell for pairs in measured for cell in cells(pairs))])
            print("compare:", ", ".join([case, *speed[-1][1:]]), file=sys.stderr)
            if title:
                of_both = lambda key: [number(median(measured[0], side, key)) for side in (OURS, THEIRS)]
                size.append([case, *of_both("peak_rss_mb"), *of_both("first_step_ms")])
            title = ""
    if not speed:
        stop(MISSING_INPUT, f"nothing to measure: of these cases only {', '.join(EVALUATED)} is evaluated")
    plural = lambda threads: f"{threads} thread{'s' if threads > 1 else ''}"
    columns = [cell for threads in options.threads
               for cell in (f"ours, {plural(threads)}, ms", "PyTorch", "ratio")]
    of_size = ["case", "most memory, ours, MB", "PyTorch", "first step after, ours, ms", "PyTorch"]
    return [*table(["case", "step", *columns], speed), "", *table(of_size, size)], measured[0][0]


def speed_by_domains(options):
    """One sentence about the same rows, divided into an increasing number of domains."""
    setting = {"case": SWEEP_CASE, "algorithm": "SANDMask", "threads": max(options.threads)}
    measured = [measure(options, {**setting, "domains": domains, "rows": SWEEP_ROWS // domains})
                for domains in SWEEP_DOMAINS]
    enumerate_all = lambda words: f"{', '.join(words[:-1])} and {words[-1]}"
    ours, theirs = ([number(median(pairs, side)) for pairs in measured] for side in (OURS, THEIRS))
    return (f"{SWEEP_CASE} with SAND-mask, {setting['threads']} threads and {SWEEP_ROWS:,} rows cut into "
            f"{enumerate_all([str(domains) for domains in SWEEP_DOMAINS])} domains takes "
            f"{enumerate_all(ours)} ms (PyTorch {enumerate_all(theirs)}). ")


def circumstances(options, load, ours, peer):
    with open("/proc/cpuinfo") as cpu:
        model = next((line.split(":")[1].strip() for line in cpu if line.startswith("model name")),
                     "unknown CPU")
    steps_of_cases = sorted({steps_of(options, case) for case in options.cases}, reverse=True)
    steps = " or ".join(str(steps) for steps in steps_of_cases)
    return (f"Medians of {options.rounds} rounds of {steps} steps, "
            "in brackets the lowest and the highest round; "
            f"{len(os.sched_getaffinity(0))} cores of {model}, load average {load:.2f} before. "
            f"Ours: kernels {ours['kernels']}. "
            f"Peer: PyTorch {peer['versions']['torch']}, {peer['versions']['blas']}.")


def around_block():
    """-> the text of docs/speed.md before and after the generated block"""
    before, opening, rest = PAGE.read_text().partition("<!-- speed -->\n")
    _, closing, after = rest.partition("<!-- /speed -->\n")
    if not closing:
        stop(MISSING_INPUT, f"{PAGE}: expected the lines <!-- speed --> and <!-- /speed -->; "
                            "put them where the tables belong")
    return before + opening, closing + after


def main():
    options = parse_arguments()
    check_both_sides(options)
    if options.write:
        around_block()  # fails now, not after minutes
    load = os.getloadavg()[0]
    tables, pair = speed_of_cases(options)
    sweep = "" if options.no_sweep or SWEEP_CASE not in options.cases else speed_by_domains(options)
    block = "\n".join([*tables, "", textwrap.fill(sweep + circumstances(options, load, *pair), 110)]) + "\n"
    if options.write:
        PAGE.write_text(block.join(around_block()))
    else:
        print(block, end="")


if __name__ == "__main__":
    main()
