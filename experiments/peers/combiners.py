#!/usr/bin/env python3
"""Times every combiner of Sandgrad and TorchJD's on tables of the same size, in turn, on one thread, and \
prints Markdown, or writes it into docs/speed.md.

    combiners.py BENCH TORCHJD [--python /usr/bin/python3] [--rounds 5] [--write]

BENCH is the program combiners_bench of a build with -DSANDGRAD_BENCHMARKS=ON, TORCHJD a checkout of
github.com/TorchJD/torchjd. A method of TorchJD whose solver is not installed has no time.
"""
import argparse
import importlib.machinery
import json
import statistics
import subprocess
import sys
import time
import types
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/speed.md"
DOMAINS, WEIGHTS = 16, 371394
ARGUMENTS = {"Krum": (1,), "TrimmedMean": (1,)}


def empty_module(name, path=None):
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    if path is not None:
        module.__path__ = [str(path)]
    sys.modules[name] = module
    return module


def their_times(checkout):
    """Runs in the interpreter that has PyTorch. Prints milliseconds by name."""
    import torch  # pylint: disable=import-outside-toplevel
    package = Path(checkout, "src/torchjd")
    # Only the aggregators: the rest of TorchJD needs a newer PyTorch than some distributions have.
    empty_module("torchjd", package)
    empty_module("torchjd.autogram", package / "autogram")
    try:
        import qpsolvers  # pylint: disable=import-outside-toplevel,unused-import
    except ImportError:
        empty_module("qpsolvers").solve_qp = None
    if not hasattr(torch.nn.Module, "register_full_backward_pre_hook"):
        torch.nn.Module.register_full_backward_pre_hook = lambda *_: None
    from torchjd import aggregation  # pylint: disable=import-outside-toplevel

    torch.set_num_threads(1)
    torch.manual_seed(1)
    table = 1e-3 * (torch.randn(DOMAINS, WEIGHTS) + torch.randn(WEIGHTS) * (torch.arange(WEIGHTS) % 2 == 0))
    times = {}
    for name in dir(aggregation):
        made = getattr(aggregation, name)
        if not isinstance(made, type) or not issubclass(made, torch.nn.Module) or "Weighting" in name:
            continue
        try:
            combine = made(torch.ones(DOMAINS)) if name == "Constant" else made(*ARGUMENTS.get(name, ()))
            combine(table)
        except Exception:  # pylint: disable=broad-except
            continue  # a base class, or a method without its solver
        start, calls = time.perf_counter(), 0
        while calls < 3 or time.perf_counter() - start < 0.5:
            combine(table)
            calls += 1
        times[name] = 1e3 * (time.perf_counter() - start) / calls
    print(json.dumps(times))


def our_times(bench):
    done = subprocess.run([bench, "--benchmark_format=json", "--benchmark_filter=threads:1",
                           "--benchmark_min_time=0.2"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          encoding="utf-8", check=True)
    times = {}
    for row in json.loads(done.stdout)["benchmarks"]:
        name, size = row["name"].split("/")[:2]
        if size == f"{DOMAINS}x{WEIGHTS}":
            times[name] = row["real_time"]
    return times


def table(ours, theirs):
    lines = [f"Combiners on a table of {DOMAINS} domains and {WEIGHTS:,} weights, one thread:", "",
             "| combiner | ms | times SAND-mask's | TorchJD, ms | TorchJD / Sandgrad |",
             "|---|---|---|---|---|"]
    of_sand = statistics.median(ours["SANDMask"])
    for name, values in ours.items():
        found = theirs.get(name)
        mine = statistics.median(values)
        ratio = f"{statistics.median(t / o for o, t in zip(values, found)):.1f}" if found else "-"
        lines.append(f"| {name} | {mine:.2f} | {mine / of_sand:.2f} | "
                     f"{f'{statistics.median(found):.2f}' if found else '-'} | {ratio} |")
    return "\n".join(lines)


def main():
    if sys.argv[1:2] == ["--their-times"]:
        return their_times(sys.argv[2])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench", help="the program combiners_bench")
    parser.add_argument("torchjd", help="a checkout of TorchJD")
    parser.add_argument("--python", default="/usr/bin/python3", help="the interpreter that has PyTorch")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (default 5)")
    parser.add_argument("--write", action="store_true",
                        help="into docs/speed.md, between <!-- combiners --> and <!-- /combiners -->")
    options = parser.parse_args()
    ours, theirs = {}, {}
    for _ in range(options.rounds):
        for name, value in our_times(options.bench).items():
            ours.setdefault(name, []).append(value)
        told = subprocess.run([options.python, __file__, "--their-times", options.torchjd],
                              stdout=subprocess.PIPE, encoding="utf-8", check=True)
        for name, value in json.loads(told.stdout).items():
            theirs.setdefault(name, []).append(value)
    text = table(ours, theirs)
    print(text)
    if options.write:
        before, rest = PAGE.read_text(encoding="utf-8").split("<!-- combiners -->\n")
        after = rest.split("<!-- /combiners -->")[1]
        PAGE.write_text(f"{before}<!-- combiners -->\n{text}\n<!-- /combiners -->{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
