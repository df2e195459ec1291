#!/usr/bin/env python3
"""Times a step with each objective over whole domains and with ERM in turn, on one thread, and prints \
Markdown, or writes it into docs/speed.md.

    objectives.py [--program build/release/sandgrad] [--cases irm mnist] [--rounds 5] [--write]

Needs no PyTorch. A number is the median over the rounds of the ratio of both times.
"""
import argparse
import json
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/speed.md"
STEPS = {"irm": 40, "ilc": 20, "mnist": 4, "pacs": 4}


SEEN = ("inputs", "outputs", "features", "losses")  # in one pass; those that see gradients need several


def said_by(*command):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return done.stdout


def milliseconds(program, case, algorithm):
    line = said_by(program, "bench", "--case", case, "--algorithm", algorithm, "--threads", 1, "--steps",
                   STEPS[case], "--json")
    return json.loads(line)["ms_per_step"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/sandgrad")
    parser.add_argument("--cases", nargs="+", default=["irm", "mnist"], choices=STEPS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows = json.loads(said_by(options.program, "algorithms", "--json"))["algorithms"]
    names = [row["name"] for row in rows if row["combiner"] == "Mean" and row["looks_at"] in SEEN]
    lines = ["Time of a step with an objective, times that of ERM, one thread:", "",
             "| objective | " + " | ".join(options.cases) + " |", "|---" * (len(options.cases) + 1) + "|"]
    for name in names:
        cells = []
        for case in options.cases:
            ratios = [milliseconds(options.program, case, name) / milliseconds(options.program, case, "ERM")
                      for _ in range(options.rounds)]
            cells.append(f"{statistics.median(ratios):.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        start, end = text.index("<!-- objectives -->"), text.index("<!-- /objectives -->")
        PAGE.write_text(text[:start] + "<!-- objectives -->\n" + "\n".join(lines) + "\n" + text[end:],
                        encoding="utf-8")


if __name__ == "__main__":
    main()
