#!/usr/bin/env python3
"""Times a sweep of MLP jobs against the same jobs as PyTorch processes, one after the other with all threads.

    sweep.py [--program build/release/sandgrad] [--jobs 100] [--steps 100] [--threads 2]
             [--python /usr/bin/python3]

A job trains the case `ilc` with SAND-mask: an MLP 18-256-256-256-2 on 16 x 64 rows of Spirals. The sweep runs
one job on each thread, draws data, evaluates and keeps records and weights; the peer times updates on given
rows, its fastest form of the variance. Both times include the start of every process.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
HPARAMS = {"mlp_width": 256, "mlp_depth": 3, "batch_size": 64, "tau": 0.9, "k": 10}


def seconds_of(*command):
    start = time.monotonic()
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}")
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parents[1] / "build/release/sandgrad")
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--python", default="/usr/bin/python3", help="the interpreter that has PyTorch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sandgrad-") as folder:
        ours = seconds_of(options.program, "sweep", "plan", folder, "--datasets", "Spirals", "--algorithms",
                          "SANDMask", "--test-envs", "0", "--n-hparams", 1, "--n-trials", options.jobs,
                          "--steps", options.steps, "--hparams", json.dumps(HPARAMS))
        ours += seconds_of(options.program, "sweep", "run", folder, "--jobs", options.threads, "--quiet")
    peer = [options.python, HERE / "torch_peer.py", "--case", "ilc", "--algorithm", "SANDMask", "--variance",
            "passes", "--warm-up", 1, "--steps", options.steps - 1, "--threads", options.threads]
    theirs = sum(seconds_of(*peer) for _ in range(options.jobs))
    print(f"{options.jobs} jobs of {options.steps} steps on {options.threads} cores: sweep {ours:.1f} s, "
          f"PyTorch one after the other {theirs:.1f} s: {theirs / ours:.1f} times")


if __name__ == "__main__":
    main()
