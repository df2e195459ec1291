#!/usr/bin/env python3
"""Puts the claims of the SAND-mask paper (arXiv 2106.02266) to the test: plans and runs the sweeps, and
writes results/sand-mask.md from those of their runs that are finished.

    sand_mask.py WORK --data-dir DIR [--parts PART ...] [--jobs 2] [--minutes M] [--page FILE]

WORK has a directory for each sweep, so the same command goes on where it was stopped; with --minutes 0 it
only writes the page. DIR has MNIST's files. SANDGRAD names the program.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("SANDGRAD", str(SOURCE / "build/release/sandgrad"))
DIGITS = "--data-dir"  # stands for the folder of MNIST's files in the commands of the page
METHODS = ["ERM", "IRM", "VREx", "ANDMask", "SANDMask"]
Sweep = collections.namedtuple("Sweep", "name words")
Part = collections.namedtuple("Part", "title about sweeps")

PARTS = {
    "spirals": Part(
        "Spirals", "DomainBed's protocol and draws, 20 draws of hyper-parameters and 3 trials, the test "
        "domain of the paper. Leave-one-out needs 16 more runs for each, with pairs of test domains; they "
        "were not run.",
        [Sweep("spirals", ["--datasets", "Spirals", "--algorithms", "ERM", "IRM", "ANDMask", "SANDMask",
                           "SANDMaskSNR", "GeometricMean", "--test-envs", "0", "--steps", "1001",
                           "--short-dead-runs"])]),
    "digits14": Part(
        "ColoredMNIST at 14 x 14", "MNIST's digits with every second pixel, an MLP in place of MNIST_CNN, "
        "and otherwise the protocol in full: 20 draws, 3 trials, 3 test domains.",
        [Sweep("digits14", ["--datasets", "ColoredMNIST-14", "--algorithms", *METHODS, "--steps", "1001",
                            "--short-dead-runs", DIGITS]),
         Sweep("digits14-first", ["--datasets", "ColoredMNIST-14", "--algorithms", "SANDMask", "--steps",
                                  "1001", "--k-as-first-released", "--short-dead-runs", DIGITS])]),
    "cnn": Part(
        "ColoredMNIST with MNIST_CNN", "The network and the pictures of the paper, 20 draws, one trial, 3 "
        "test domains, 500 steps in place of 5,001.",
        [Sweep("cnn", ["--datasets", "ColoredMNIST", "--algorithms", "ERM", "SANDMask", "--n-trials", "1",
                       "--steps", "500", "--record-every", "250", "--short-dead-runs", DIGITS]),
         Sweep("cnn-first", ["--datasets", "ColoredMNIST", "--algorithms", "SANDMask", "--n-trials", "1",
                             "--steps", "500", "--record-every", "250", "--k-as-first-released",
                             "--short-dead-runs", DIGITS])]),
}


def program(*words, **options):
    done = subprocess.run([PROGRAM, *map(str, words)], stdout=subprocess.PIPE, encoding="utf-8", check=False,
                          **options)
    if done.returncode not in (0, 75):  # 75: the time is over
        raise SystemExit(f"{PROGRAM} {' '.join(map(str, words))}: exit code {done.returncode}")
    return done.stdout


def with_data(words, folder):
    return [part for word in words for part in ([DIGITS, folder] if word == DIGITS else [word])]


def run(part, options, end):
    for sweep in PARTS[part].sweeps:
        program("sweep", "plan", options.work / sweep.name, *with_data(sweep.words, options.data_dir))
        left = (end - time.monotonic()) / 60
        if left > 0:
            start = time.monotonic()
            program("sweep", "run", options.work / sweep.name, "--jobs", options.jobs, "--quiet",
                    "--failures-ok", "--time-limit", f"{left:.2f}")
            spent = options.work / f"{sweep.name}.minutes"
            before = float(spent.read_text()) if spent.exists() else 0
            spent.write_text(str(before + (time.monotonic() - start) / 60))
        status = json.loads(program("sweep", "status", options.work / sweep.name, "--json"))
        print(f"{sweep.name}: {status['done']} of {status['jobs']} done", flush=True)


class Lines:
    """The records of the finished runs of a sweep, by algorithm and test domain."""

    def __init__(self, sweep):
        self.untrained, self.last = collections.defaultdict(list), collections.defaultdict(list)
        for done in sorted(sweep.glob("*/done")):
            lines = [json.loads(line) for line in (done.parent / "results.jsonl").read_text().splitlines()]
            test = lines[0]["args"]["test_envs"]
            if len(test) != 1:
                continue
            place = (lines[0]["args"]["algorithm"], test[0])
            dead = json.loads(done.read_text())["never_learned"]
            scores = lambda line, e=test[0]: (100 * line[f"env{e}_out_acc"], 100 * line[f"env{e}_in_acc"])
            if lines[0]["step"] == 0 and dead:
                self.untrained[test[0]].append(scores(lines[0]))
            if not dead:
                self.last[place].append(scores(lines[-1]))


def oracle_by_chance(lines, algorithm, domains, dead, draws=4000):
    """What oracle selection gives on average if `dead` of 20 networks were never trained: the best of 20 on
    the held-out part of the test domain, mean over the test domains. The other scores are those of runs that
    learned."""
    chance = random.Random(dead)
    means = []
    for domain in domains:
        alive, untrained = lines.last[algorithm, domain], lines.untrained[domain]
        if not alive or (dead and not untrained):
            return None
        means.append(statistics.fmean(
            max([chance.choice(alive) for _ in range(20 - dead)] +
                [chance.choice(untrained) for _ in range(dead)])[1] for _ in range(draws)))
    return statistics.fmean(means)


def simulation(work, sweeps):
    rows = ["| untrained runs of 20 | 0 | 1 | 2 | 4 | 6 | 8 |", "|---|---|---|---|---|---|---|"]
    for sweep in sweeps:
        lines = Lines(work / sweep)
        cells = [oracle_by_chance(lines, "SANDMask", (0, 1, 2), dead) for dead in (0, 1, 2, 4, 6, 8)]
        if any(cell is not None for cell in cells):
            rows.append(f"| oracle, {sweep} | " +
                        " | ".join("-" if cell is None else f"{cell:.1f}" for cell in cells) + " |")
    return "\n".join(rows) if len(rows) > 2 else "Not enough runs are finished."


def section(part, options):
    title, about, sweeps = PARTS[part]
    there = [sweep for sweep in sweeps if (options.work / sweep.name).exists()]
    text = [f"## {title}", about, "<!-- not run: hours -->", "```sh"]
    for sweep in sweeps:
        words = " ".join(with_data(sweep.words, "DIR"))
        text += [f"build/release/sandgrad sweep plan WORK/{sweep.name} {words}",
                 f"build/release/sandgrad sweep run WORK/{sweep.name}"]
    text += [f"build/release/sandgrad collect {' '.join('WORK/' + sweep.name for sweep in sweeps)}", "```"]
    for sweep in there:
        status = json.loads(program("sweep", "status", options.work / sweep.name, "--json"))
        spent = options.work / f"{sweep.name}.minutes"
        minutes = float(spent.read_text()) if spent.exists() else 0
        text.append(f"{sweep.name}: {status['done']} of {status['jobs']} runs are finished, "
                    f"{status['never_learned']} of them never learned; {minutes:.0f} minutes with "
                    f"{options.jobs} jobs.")
    if there:
        text.append(program("collect", *(options.work / sweep.name for sweep in there), "--format",
                            "markdown").strip().replace("**", "### ", 1))
    return "\n\n".join(text).replace("-->\n\n```sh\n\n", "-->\n```sh\n").replace("\n\n```\n\n", "\n```\n\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("work", type=pathlib.Path, help="folder for the sweeps")
    parser.add_argument("--data-dir", required=True, help="folder with MNIST's files")
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time, a thread each (default 2)")
    parser.add_argument("--minutes", type=float, default=60,
                        help="time for training; the next call goes on (default 60)")
    parser.add_argument("--page", type=pathlib.Path, help="writes the page there")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + 60 * options.minutes
    for part in options.parts:
        run(part, options, end)
    if options.page:
        options.page.parent.mkdir(exist_ok=True)
        text = "\n\n".join(section(part, options) for part in options.parts)
        digits = [sweep.name for part in ("digits14", "cnn") for sweep in PARTS[part].sweeps]
        options.page.write_text(f"{text}\n\n## Chance\n\n{simulation(options.work, digits)}\n",
                                encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
