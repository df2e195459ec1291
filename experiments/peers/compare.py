#!/usr/bin/env python3
"""Runs `sandgrad bench` and its PyTorch peer in turn (ours, peer, ours, peer, ...) and prints Markdown tables.

Needs nothing but Python; the peer runs under --python, by default Debian's, the one that python3-torch belongs to.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEER = HERE / "torch_peer.py"
MISSING_INPUT, MISSING_SERVICE, BROKEN = 66, 69, 70  # as in sysexits
SWEEP_ROWS, SWEEP_DOMAINS = 1024, (1, 4, 16, 64)
COLUMNS = ["case", "algorithm", "domains x rows", "threads", "ours ms", "peer ms", "peer / ours",
           "RSS MB ours", "peer", "peer / ours", "first step ms ours", "peer"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", type=Path, default=HERE.parents[1] / "build/release/sandgrad", help="the program to measure")
    parser.add_argument("--python", default="/usr/bin/python3", help="the interpreter that has PyTorch")
    parser.add_argument("--cases", nargs="+", default=["ilc", "irm"])
    parser.add_argument("--algorithms", nargs="+", default=["SANDMask", "ANDMask", "ERM"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--steps", type=int, default=50, help="timed steps of one run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side")
    parser.add_argument("--no-sweep", action="store_true", help="leave out the table over the number of domains")
    parser.add_argument("--sweep-algorithm", default="SANDMask")
    options = parser.parse_args()
    if min(options.steps, options.rounds, *options.threads) < 1:
        parser.error("threads, steps and rounds must be at least 1")
    return options


def stop(code, message):
    print(f"compare: {message}", file=sys.stderr)
    sys.exit(code)


def check_both_sides(options):
    if not os.access(options.ours, os.X_OK):
        stop(MISSING_INPUT, f"no program at {options.ours}: cmake --preset release && cmake --build --preset release, or --ours PATH")
    try:
        found = subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode == 0
    except OSError:
        found = False
    if not found:
        stop(MISSING_SERVICE, f"{options.python} has no PyTorch: apt install python3-torch libopenblas0-openmp, or --python PATH")


def run(command):
    """-> the JSON object that the command prints on stdout"""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        if done.returncode == 0:
            return json.loads(done.stdout)
    except json.JSONDecodeError:
        pass
    stop(BROKEN, f"exit {done.returncode}, expected one JSON line: {' '.join(command)}\n{done.stdout}{done.stderr}")


def measure(options, setting, peer_extra):
    """-> [(ours, peer)], one pair a round; the sides alternate so that a slow minute of the machine hits both"""
    arguments = [word for name, value in setting.items() for word in (f"--{name}", value)] + ["--steps", options.steps]
    pairs = []
    for _ in range(options.rounds):
        ours = run([options.ours, "bench", *arguments, "--json"])
        peer = run([options.python, PEER, *arguments, *peer_extra])
        for key in ("case", "algorithm", "threads", "domains", "rows", "weights"):
            if ours.get(key) != peer[key]:
                stop(BROKEN, f"the sides ran different things: {key} is {ours.get(key)} here and {peer[key]} there ({setting})")
        pairs.append((ours, peer))
    return pairs


def row(pairs, note):
    """One line of a table: medians over the rounds; (lowest to highest round) beside times; ratios taken within each round."""
    median = lambda key, side: statistics.median(pair[side][key] for pair in pairs)
    ratio = lambda key: statistics.median(peer[key] / ours[key] for ours, peer in pairs)
    speed = [sorted(pair[side]["ms_per_step"] for pair in pairs) for side in (0, 1)]
    ours = pairs[0][0]
    return [ours["case"], ours["algorithm"] + note, f"{ours['domains']} x {ours['rows']}", str(ours["threads"]),
            *(f"{statistics.median(ms):.3g} ({ms[0]:.3g} to {ms[-1]:.3g})" for ms in speed), f"**{ratio('ms_per_step'):.2f}**",
            f"{median('peak_rss_mb', 0):.0f}", f"{median('peak_rss_mb', 1):.0f}", f"{ratio('peak_rss_mb'):.1f}",
            f"{median('first_step_ms', 0):.0f}", f"{median('first_step_ms', 1):.0f}"]


def table(options, title, settings):
    print(f"\n{title}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for setting in settings:
        variants = [("", [])]
        if setting["algorithm"] == "SANDMask":
            variants = [(", torch.var", ["--variance", "builtin"]), (", variance written out", ["--variance", "passes"])]
        for note, peer_extra in variants:
            pairs = measure(options, setting, peer_extra)
            print(f"| {' | '.join(row(pairs, note))} |", flush=True)
    return pairs[-1]


def main():
    options = parse_arguments()
    check_both_sides(options)
    with open("/proc/cpuinfo") as cpu:
        model = next((line.split(":")[1].strip() for line in cpu if line.startswith("model name")), "unknown CPU")
    print(f"{model}, {len(os.sched_getaffinity(0))} cores, load average before: {os.getloadavg()[0]:.2f}. "
          f"{options.rounds} rounds of {options.steps} steps; medians, lowest and highest round in brackets.")
    settings = [{"case": case, "algorithm": algorithm, "threads": threads}
                for case in options.cases for algorithm in options.algorithms for threads in options.threads]
    ours, peer = table(options, "## The cases", settings)
    if not options.no_sweep:
        threads = max(options.threads)
        table(options, f"## {SWEEP_ROWS} rows cut into more and more domains", [
            {"case": "ilc", "algorithm": options.sweep_algorithm, "threads": threads, "domains": domains, "rows": SWEEP_ROWS // domains}
            for domains in SWEEP_DOMAINS])
    print(f"\nOurs: kernels {ours['kernels']}. Peer: {', '.join(f'{name} {version}' for name, version in peer['versions'].items())}.")


if __name__ == "__main__":
    main()
