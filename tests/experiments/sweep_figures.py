#!/usr/bin/env python3
"""Measures sweeps: time for each job, large plans, large results, and workers that are killed at random.

    sweep_figures.py FOLDER_OF_THE_PROGRAMS [plan] [jobs] [collect] [kills] [pair]     default: all

plan: 10,000 jobs. jobs: what a job costs beside its training. collect: 10,000 finished runs. kills: 300 jobs,
8 workers, 30 kills. pair: two jobs side by side.
"""
import glob
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

TINY = ["--hparams", '{"mlp_width": 4, "mlp_depth": 1, "batch_size": 8}', "--evaluate-examples", "8"]


class Measure:
    def __init__(self, programs):
        self.program = os.path.abspath(os.path.join(programs, "sandgrad"))

    def run(self, *words, code=0):
        """-> stdout, seconds"""
        start = time.monotonic()
        done = subprocess.run([self.program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False)
        if done.returncode != code:
            sys.exit(f"{words}: {done.returncode}\n{done.stderr}")
        return done.stdout, time.monotonic() - start

    def plan(self, folder, jobs, *words, data_set="Spirals", algorithm="ERM"):
        return self.run("sweep", "plan", folder, "--datasets", data_set, "--algorithms", algorithm,
                        "--test-envs", "0", "--n-hparams", str(jobs), "--n-trials", "1", *words)[1]

    def status(self, folder):
        stdout, seconds = self.run("sweep", "status", folder, "--json")
        return json.loads(stdout), seconds


def measure_plan(measure, folder):
    seconds = measure.plan(folder, 10000, *TINY)
    print(f"plan of 10,000 jobs: {seconds:.2f} s")
    os.makedirs(os.path.join(folder, "queue"), exist_ok=True)
    with open(os.path.join(folder, "jobs.jsonl"), encoding="utf-8") as file:
        for line in file:
            name = os.path.join(folder, "queue", json.loads(line)["id"] + ".done")
            with open(name, "w", encoding="utf-8") as done:
                done.write('{"never_learned": false, "seconds": 1.5, "steps": 3, "worker": "x"}\n')
    status, seconds = measure.status(folder)
    assert status["done"] == 10000
    print(f"status of 10,000 finished jobs: {seconds:.2f} s")


def measure_jobs(measure, folder):
    """The same runs by `train`, without a start of the program each: the difference is the sweep's."""
    jobs = 100
    measure.plan(folder, jobs, "--steps", "1", *TINY)
    _, seconds = measure.run("sweep", "run", folder, "--jobs", "1", "--quiet")
    inside = 0
    for name in glob.glob(os.path.join(folder, "queue", "*.done")):
        with open(name, encoding="utf-8") as file:
            inside += json.load(file)["seconds"]
    print(f"{jobs} jobs, one at a time: {1000 * seconds / jobs:.1f} ms each, of which the run itself "
          f"{1000 * inside / jobs:.1f} ms: {1000 * (seconds - inside) / jobs:.1f} ms for the sweep")


def measure_collect(measure, folder):
    """10,000 runs on three domains with 51 records each, as DomainBed writes them."""
    dice = random.Random(3)
    algorithms = ["ERM", "IRM", "VREx", "ANDMask", "SANDMask"]
    count = 0
    for trial in range(12):
        for algorithm in algorithms:
            for test in ([0], [1], [2], [0, 1], [0, 2], [1, 2]):
                for seed in range(28):
                    if count == 10000:
                        break
                    count += 1
                    job = os.path.join(folder, f"{count:032x}")
                    os.mkdir(job)
                    args = {"algorithm": algorithm, "data_dir": "/data", "dataset": "ColoredMNIST",
                            "holdout_fraction": 0.2, "hparams_seed": seed, "output_dir": job, "seed": seed,
                            "task": "domain_generalization", "test_envs": test, "trial_seed": trial}
                    with open(os.path.join(job, "results.jsonl"), "w", encoding="utf-8") as file:
                        for step in range(0, 5001, 100):
                            line = {"args": args, "epoch": step / 300, "loss": dice.random(), "mem_gb": 0.1,
                                    "hparams": {"batch_size": 64.0, "lr": 0.001, "weight_decay": 0.0},
                                    "step": step, "step_time": 0.01}
                            for domain in range(3):
                                line[f"env{domain}_in_acc"] = dice.random()
                                line[f"env{domain}_out_acc"] = dice.random()
                            file.write(json.dumps(line, sort_keys=True) + "\n")
                    with open(os.path.join(job, "done"), "w", encoding="utf-8") as file:
                        file.write("done")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    _, seconds = measure.run("collect", folder)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"collect of {count} runs: {seconds:.2f} s, {max(memory, before) / 1024:.0f} MB")


def measure_kills(measure, folder, jobs=300, workers=8, kills=30):
    words = ["--steps", "3", *TINY]
    measure.plan(folder + "/sweep", jobs, *words)
    measure.plan(folder + "/calm", jobs, *words)
    measure.run("sweep", "run", folder + "/calm", "--quiet")

    def start():
        words = [measure.program, "sweep", "run", folder + "/sweep", "--jobs", "1", "--quiet"]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    dice = random.Random(5)
    begin = time.monotonic()
    running = [start() for _ in range(workers)]
    for _ in range(kills):
        time.sleep(dice.uniform(0.05, 0.6))
        victim = dice.randrange(workers)
        running[victim].send_signal(signal.SIGKILL)
        running[victim].wait()
        running[victim] = start()
    for worker in running:
        worker.wait()
    measure.run("sweep", "run", folder + "/sweep", "--quiet")
    seconds = time.monotonic() - begin

    def bits(name):
        found = {}
        for done in glob.glob(os.path.join(folder, name, "*", "done")):
            job = os.path.dirname(done)
            with open(done, encoding="utf-8") as file, \
                    open(os.path.join(job, "metrics.jsonl"), encoding="utf-8") as log:
                found[os.path.basename(job)] = (json.load(file)["weights"],
                                                [json.loads(line)["chain"] for line in log])
        return found
    same = bits("sweep") == bits("calm")
    print(f"{workers} workers, {jobs} jobs, {kills} kills: {len(bits('sweep'))} done in {seconds:.0f} s, "
          f"results {'equal' if same else 'NOT EQUAL'} to a run without kills")


def measure_pair(measure, folder):
    """Throughput of two jobs at a time against one, three times in turn."""
    times = {1: [], 2: []}
    for turn in range(3):
        for jobs in (1, 2):
            name = f"{folder}/{turn}-{jobs}"
            measure.plan(name, 8, "--steps", "200", "--evaluate-every", "1000", "--hparams",
                         '{"mlp_width": 128, "mlp_depth": 3, "batch_size": 64}')
            times[jobs].append(measure.run("sweep", "run", name, "--jobs", str(jobs), "--quiet")[1])
    print(f"8 jobs one at a time {min(times[1]):.2f} s, two at a time {min(times[2]):.2f} s: "
          f"{min(times[1]) / min(times[2]):.2f} times the throughput")


def main(programs, what):
    measure = Measure(programs)
    every = {"plan": measure_plan, "jobs": measure_jobs, "collect": measure_collect, "kills": measure_kills,
             "pair": measure_pair}
    for name in what or every:
        with tempfile.TemporaryDirectory(prefix="sandgrad-") as folder:
            every[name](measure, folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
