#!/usr/bin/env python3
"""Does `sandgrad collect` print the tables that DomainBed's three selections give? Writes 40 job directories
in DomainBed's format, and computes the tables with numpy, apart from our code and from DomainBed's.

    domainbed_tables.py FOLDER_OF_THE_PROGRAMS     exit: 0 yes, 1 no, 77 there is no numpy
"""
import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError:
    print("skipped: numpy is missing; apt install python3-numpy")
    sys.exit(77)

STEPS = [0, 100, 200, 300]


def write_job(folder, dice, data_set, domains, algorithm, test_envs, hparams_seed, trial_seed, finished=True):
    arguments = {"dataset": data_set, "algorithm": algorithm, "test_envs": test_envs,
                 "holdout_fraction": 0.2, "hparams_seed": hparams_seed, "data_dir": "/data",
                 "task": "domain_generalization", "trial_seed": trial_seed, "seed": hparams_seed}
    name = hashlib.md5(json.dumps(arguments, sort_keys=True).encode()).hexdigest()
    os.mkdir(os.path.join(folder, name))
    with open(os.path.join(folder, name, "results.jsonl"), "w", encoding="utf-8") as file:
        for step in STEPS if finished else STEPS[:2]:
            line = {"args": {**arguments, "output_dir": name, "steps": None}, "step": step,
                    "hparams": {"lr": 0.1 / (1 + hparams_seed), "data_augmentation": True},
                    "epoch": step / 10, "loss": float(dice.rand()), "mem_gb": 0.1, "step_time": 0.01}
            for domain in range(domains):
                for part in ("in", "out"):
                    # few values, so that some are equal: then the order decides
                    line[f"env{domain}_{part}_acc"] = round(float(dice.rand()), 1 if part == "out" else 4)
            file.write(json.dumps(line, sort_keys=True) + "\n")
    if finished:
        with open(os.path.join(folder, name, "done"), "w", encoding="utf-8") as file:
            file.write("done")
    return {"data_set": data_set, "algorithm": algorithm, "test": test_envs, "hparams": hparams_seed,
            "trial": trial_seed, "file": os.path.join(folder, name, "results.jsonl")}


def write_fixture(folder):
    dice = numpy.random.RandomState(7)
    jobs = []
    tests = [[0], [1], [2], [0, 1], [0, 2], [1, 2]]
    for trial, test, seed in itertools.product(range(2), tests, range(3)):
        if (trial, test, seed) != (1, [2], 1):  # one run is missing
            jobs.append(write_job(folder, dice, "ColoredMNIST", 3, "SANDMask", test, seed, trial,
                                  finished=(trial, test, seed) != (0, [1], 2)))
    for trial, seed in itertools.product(range(2), range(2)):
        jobs.append(write_job(folder, dice, "RotatedMNIST", 6, "ERM", [0], seed, trial))
    jobs.append(write_job(folder, dice, "RotatedMNIST", 6, "ERM", [1], 0, 0))
    assert len(jobs) == 40
    return jobs


def records(job):
    with open(job["file"], encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def out_accuracies(record, but):
    domains = sum(key.endswith("_out_acc") for key in record)
    return [record[f"env{domain}_out_acc"] for domain in range(domains) if domain not in but]


def candidates(selection, jobs, test):
    """-> (validation, accuracy) of each hparams_seed that has one, in ascending order of the seeds"""
    for seed in sorted({job["hparams"] for job in jobs}):
        own = [job for job in jobs if job["hparams"] == seed]
        alone = [record for job in own if job["test"] == [test] for record in records(job)]
        if selection == "oracle" and alone:
            last = max(alone, key=lambda record: record["step"])
            yield last[f"env{test}_out_acc"], last[f"env{test}_in_acc"]
        if selection == "training-domain" and alone:
            scores = [numpy.mean(out_accuracies(record, [test])) for record in alone]
            best = int(numpy.argmax(scores))  # the first of equal ones
            yield scores[best], alone[best][f"env{test}_in_acc"]
        if selection == "leave-one-out":
            found = []
            for record in alone:
                domains = len(out_accuracies(record, []))
                left_out = {}
                for job in own:
                    if len(job["test"]) == 2 and test in job["test"]:
                        other = sum(job["test"]) - test
                        for pair in records(job):
                            if pair["step"] == record["step"]:
                                left_out[other] = pair[f"env{other}_in_acc"]
                if len(left_out) == domains - 1:
                    score = sum(left_out[domain] for domain in sorted(left_out)) / (domains - 1)
                    found.append((score, record[f"env{test}_in_acc"]))
            if found:
                yield found[int(numpy.argmax([score for score, _ in found]))]


def expected_cell(selection, jobs, test):
    accuracies = []
    for trial in sorted({job["trial"] for job in jobs}):
        own = [job for job in jobs if job["trial"] == trial and test in job["test"]]
        found = list(candidates(selection, own, test))
        if found:
            best = max(score for score, _ in found)
            accuracies.append([accuracy for score, accuracy in found if score == best][-1])
    if not accuracies:
        return None
    return (100 * float(numpy.mean(accuracies)),
            100 * float(numpy.std(accuracies) / numpy.sqrt(len(accuracies))))


def main(programs):
    failures = []
    with tempfile.TemporaryDirectory(prefix="sandgrad-") as folder:
        jobs = write_fixture(folder)
        program = os.path.join(programs, "sandgrad")
        text = subprocess.run([program, "collect", folder], stdout=subprocess.PIPE, encoding="utf-8",
                              check=True).stdout
        tables = json.loads(subprocess.run([program, "collect", folder, "--format", "json"],
                                           stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout)
        if len(tables) != 6:
            failures.append(f"{len(tables)} tables instead of 6")
        cells = 0
        for table in tables:
            own = [job for job in jobs if job["data_set"] == table["data_set"]]
            for row in table["rows"]:
                for test, cell in zip(table["test_envs"], row["cells"]):
                    expected = expected_cell(table["selection"], own, test)
                    found = (100 * cell["mean"], 100 * cell["standard_error"]) if "mean" in cell else None
                    where = (table["data_set"], table["selection"], row["method"], test)
                    if (found is None) != (expected is None) or (
                            found and not numpy.allclose(found, expected, rtol=0, atol=1e-9)):
                        failures.append(f"{where}: found {found}, expected {expected}")
                    if expected:
                        cells += 1
                        digits = f"{expected[0]:.1f} +/- {expected[1]:.1f}"
                        if digits not in text:
                            failures.append(f"{where}: {digits} is not printed")
            counts = {row["method"]: (row["missing"], row["unfinished"]) for row in table["rows"]}
            if table["data_set"] == "ColoredMNIST" and counts != {"SANDMask": (1, 1)}:
                failures.append(f"missing and unfinished runs: {counts}")
        if cells < 12:
            failures.append(f"only {cells} cells were compared")
    print("\n".join(failures) or f"{cells} cells equal numpy's", file=sys.stderr if failures else sys.stdout)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
