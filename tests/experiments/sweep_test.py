#!/usr/bin/env python3
"""Sweeps from outside: plans, workers that are killed, retries, tables, launchers.

    sweep_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed
"""
import glob
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import program_test
from program_test import BUSY, DATA, IO, MISSING, USAGE

TINY = ["--hparams", '{"mlp_width": 4, "mlp_depth": 1, "batch_size": 8}', "--evaluate-examples", "8"]
SPIRALS = ["--datasets", "Spirals", "--test-envs", "0"]
LONG = ["--steps", "100000", "--record-every", "20"]  # never ends by itself in a test


class Case(program_test.Case):
    def plan(self, *words, hparams=3, trials=1, steps=3, algorithms=("ERM",), name="sweep", **options):
        length = ["--steps", str(steps)] if steps else []
        return self.run_program("sweep", "plan", name, *SPIRALS, "--algorithms", *algorithms, "--n-hparams",
                                str(hparams), "--n-trials", str(trials), *length, *TINY, *words, **options)

    def jobs(self, name="sweep"):
        return [json.loads(line) for line in self.read(name, "jobs.jsonl").splitlines()]

    def run_sweep(self, *words, name="sweep", **options):
        return self.run_program("sweep", "run", name, *words, **options)

    def status(self, name="sweep"):
        return json.loads(self.run_program("sweep", "status", name, "--json")[0])

    def start(self, *words, name="sweep"):
        """-> a worker in the background, which must have ended by the end of the test"""
        worker = subprocess.Popen([os.path.join(self.programs, "sandgrad"), "sweep", "run", name, *words],
                                  cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def end():
            if worker.poll() is None:
                worker.kill()
                worker.wait()
        self.addCleanup(end)
        return worker

    def wait_for(self, true, seconds=60):
        end = time.monotonic() + seconds
        while not true():
            self.assertLess(time.monotonic(), end, "it took too long")
            time.sleep(0.02)

    def results(self, name="sweep"):
        """-> id: the bits of a finished run"""
        found = {}
        for done in glob.glob(self.path(name, "*", "done")):
            folder = os.path.dirname(done)
            with open(os.path.join(folder, "metrics.jsonl"), encoding="utf-8") as file:
                chains = [(line["step"], line["chain"]) for line in map(json.loads, file)]
            with open(done, encoding="utf-8") as file:
                found[os.path.basename(folder)] = (chains, json.load(file)["weights"])
        return found


class Plan(Case):
    def test_a_plan_is_deterministic_and_named_as_domainbed_names_it(self):
        stdout, _ = self.plan()
        self.assertEqual(stdout, "3 jobs in sweep\n")
        self.assertEqual(self.plan()[0], "3 jobs in sweep: the plan was there already\n")
        for job in self.jobs():
            text = json.dumps(job["args"], sort_keys=True)
            self.assertEqual(job["id"], hashlib.md5(text.encode()).hexdigest())
        self.plan(name="again")
        self.assertEqual(self.read("sweep", "jobs.jsonl"), self.read("again", "jobs.jsonl"))

    def test_another_plan_in_the_directory_is_refused(self):
        self.plan()
        before = self.read("sweep", "jobs.jsonl")
        self.refused(BUSY, "sweep", "plan", "sweep", *SPIRALS, "--algorithms", "IRM", *TINY,
                     says=["the directory holds another plan", "first different job 1"])
        self.assertEqual(self.read("sweep", "jobs.jsonl"), before)
        os.mkdir(self.path("full"))
        with open(self.path("full", "thesis.tex"), "w", encoding="utf-8"):
            pass
        self.refused(BUSY, "sweep", "plan", "full", *SPIRALS, "--algorithms", "IRM", *TINY,
                     says=["not empty and holds no plan", "found thesis.tex"])

    def test_wrong_words_are_refused_with_a_suggestion(self):
        for words, meant in [(["--algorithms", "SANDMsk"], "did you mean SANDMask?"),
                             (["--algorithms", "ERM", "--hparams", '{"lrr": 1}'], "did you mean lr?"),
                             (["--algorithms", "ERM", "--n-trails", "3"], "did you mean --n-trials")]:
            _, stderr = self.run_program("sweep", "plan", "sweep", *SPIRALS, *words, code=USAGE)
            self.assertIn(meant, stderr)
        self.assertFalse(os.path.exists(self.path("sweep")))

    def test_domainbeds_spellings_work(self):
        self.run_program("sweep", "plan", "sweep", "--datasets", "ColoredMNIST", "--algorithms", "ERM",
                         "--n_hparams", "2", "--n_trials", "1", "--single_test_envs", "--data_dir", "mnist",
                         "--holdout_fraction", "0.1", "--n_hparams_from", "1")
        jobs = self.jobs()
        self.assertEqual(len(jobs), 3)
        self.assertEqual(jobs[0]["args"]["holdout_fraction"], 0.1)
        self.assertEqual(jobs[0]["args"]["hparams_seed"], 1)
        seed = int(hashlib.md5(str(("ColoredMNIST", "ERM", [0], 1, 0)).encode()).hexdigest(), 16) % 2**31
        self.assertEqual(jobs[0]["args"]["seed"], seed)

    def test_without_a_plan_nothing_runs(self):
        for words in (["run"], ["status"], ["retry"], ["launch", "--with", "print"]):
            self.refused(MISSING, "sweep", words[0], "nowhere", *words[1:], says=["there is no plan"])

    def test_a_changed_plan_is_named(self):
        self.plan()
        text = self.read("sweep", "jobs.jsonl")
        with open(self.path("sweep", "jobs.jsonl"), "w", encoding="utf-8") as file:
            file.write(text.replace('"steps":3', '"steps":4', 1))
        self.refused(DATA, "sweep", "run", "sweep", says=["id is not that of its arguments", "line 1"])


class Run(Case):
    def test_a_sweep_runs_and_every_run_of_it_can_be_verified(self):
        self.plan(hparams=2, algorithms=("ERM", "SANDMask"))
        stdout, _ = self.run_sweep("--jobs", "2")
        self.assertTrue(stdout.endswith("4 done, 0 failed, 0 left\n"), stdout)
        self.assertEqual(self.status()["done"], 4)
        self.assertEqual(sorted(os.listdir(self.path("sweep", "queue"))),
                         sorted(job["id"] + ".done" for job in self.jobs()))
        for job in self.jobs():
            self.assertIn("verified: 3 steps", self.run_program("verify", "sweep/" + job["id"])[0])
            steps = [line["step"] for line in self.whole_lines("sweep", job["id"], "results.jsonl")]
            self.assertEqual(steps, [0, 2])

    def test_a_job_has_the_bits_of_the_same_run_by_train(self):
        self.plan(hparams=2, algorithms=("SANDMask",))
        self.run_sweep()
        job = self.jobs()[1]
        args = job["args"]
        self.run_program("train", "--dataset", "Spirals", "--algorithm", "SANDMask", "--protocol",
                         "domainbed", "--domainbed-defaults", "--allow-closed", "--test-envs", "0",
                         "--hparams-seed", "1", "--seed", str(args["seed"]), "--steps", "3",
                         "--holdout-fraction", "0.2", *TINY, "--output-dir", "alone", "--threads", "2")
        with open(self.path("alone", "done"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["weights"], self.results()[job["id"]][1])

    def test_a_second_run_does_nothing(self):
        self.plan()
        self.run_sweep()
        times = {path: os.stat(path).st_mtime_ns for path in glob.glob(self.path("sweep", "*", "done"))}
        self.assertEqual(self.run_sweep()[0], "0 done, 0 failed, 0 left\n")
        self.assertEqual(times, {path: os.stat(path).st_mtime_ns for path in times})

    def test_shards_divide_the_jobs(self):
        self.plan(hparams=5)
        self.assertIn("3 done", self.run_sweep("--shard", "1/2")[0])
        self.assertIn("2 done", self.run_sweep("--shard", "2/2")[0])
        for wrong in ("3/2", "0/2", "1", "x", "1/2/3"):
            self.refused(USAGE, "sweep", "run", "sweep", "--shard", wrong, says=["--shard is i/N"])

    def test_one_job_runs_alone(self):
        self.plan()
        job = self.jobs()[2]["id"]
        self.assertEqual(self.run_sweep("--only", job)[0], f"{job} done\n1 done, 0 failed, 0 left\n")
        self.assertEqual(self.status()["waiting"], 2)
        self.refused(USAGE, "sweep", "run", "sweep", "--only", "abc", says=["no such job"])

    def test_failures_are_grouped_and_retried(self):
        self.run_program("sweep", "plan", "sweep", "--datasets", "Arrays", "--algorithms", "ERM",
                         "--test-envs", "0", "--n-hparams", "2", "--n-trials", "1", code=USAGE)
        self.run_program("sweep", "plan", "sweep", "--datasets", "ColoredMNIST-14", "--algorithms", "ERM",
                         "--test-envs", "0", "--n-hparams", "2", "--n-trials", "1", "--data-dir", "gone",
                         "--steps", "1", *TINY)
        stdout, _ = self.run_sweep(code=MISSING)
        self.assertTrue(stdout.endswith("0 done, 2 failed, 0 left\n"), stdout)
        status = self.status()
        self.assertEqual((status["failed"], len(status["failures"])), (2, 1))
        self.assertEqual((status["failures"][0]["jobs"], status["failures"][0]["code"]), (2, MISSING))
        self.assertIn("failed: ", self.run_program("sweep", "status", "sweep")[0])
        self.run_sweep("--failures-ok")
        self.assertEqual(self.run_program("sweep", "retry", "sweep", "--message", "no such text")[0],
                         "0 jobs wait again\n")
        self.assertEqual(self.run_program("sweep", "retry", "sweep")[0], "2 jobs wait again\n")
        self.assertEqual(self.status()["waiting"], 2)

    def test_a_time_limit_stops_with_a_checkpoint_and_the_sweep_goes_on(self):
        self.plan(hparams=1, steps=None, *LONG)
        self.run_sweep("--time-limit", "0.02", code=75)
        self.assertEqual(self.status()["waiting"], 1)
        folder = self.path("sweep", self.jobs()[0]["id"])
        self.assertTrue(os.listdir(os.path.join(folder, "checkpoints")))
        before = len(self.whole_lines("sweep", self.jobs()[0]["id"], "metrics.jsonl"))
        self.run_sweep("--time-limit", "0.02", code=75)
        self.assertGreaterEqual(len(self.whole_lines("sweep", self.jobs()[0]["id"], "metrics.jsonl")), before)
        self.assertIn("goes on after step", self.read("sweep", self.jobs()[0]["id"], "out.txt"))

    def test_a_signal_stops_a_worker_with_its_code(self):
        self.plan("--record-every", "20", hparams=1, steps=100000)
        for number, code in [(signal.SIGTERM, 143), (signal.SIGUSR1, 75)]:
            worker = self.start("--jobs", "1")
            self.wait_for(lambda: self.status()["running"] == 1)
            self.wait_for(lambda: glob.glob(self.path("sweep", "*", "checkpoints", "*.safetensors")))
            worker.send_signal(number)
            self.assertEqual(worker.wait(60), code)
            self.assertEqual(self.status()["waiting"], 1)

    def test_jobs_of_a_worker_share_one_reading_of_the_data(self):
        self.run_program("sweep", "plan", "sweep", "--datasets", "ColoredMNIST-14", "--algorithms", "ERM",
                         "--n-hparams", "2", "--n-trials", "1", "--steps", "1", *TINY)
        self.run_sweep("--jobs", "2")
        self.assertEqual(self.status()["done"], 6)

    def test_runs_that_never_learned_are_counted(self):
        self.plan(hparams=1, algorithms=("SANDMask",), steps=3)  # tau = 1
        self.run_sweep()
        self.assertEqual(self.status()["never_learned"], 1)
        stdout, _ = self.run_program("collect", "sweep", "--selection", "oracle")
        self.assertIn("SANDMask: 1 run, 1 never learned\n", stdout)
        self.assertIn("oracle), without runs that never learned\n", stdout)


class Kills(Case):
    def test_workers_that_are_killed_leave_no_job_undone_and_change_no_bit(self):
        """The figure with 300 jobs, 8 workers and 30 kills is sweep_figures.py's."""
        jobs, workers, kills = 40, 4, 8
        self.plan(hparams=jobs, steps=3)
        self.plan(hparams=jobs, steps=3, name="calm")
        self.run_sweep("--quiet", name="calm")
        dice = random.Random(1)
        running = [self.start("--jobs", "1", "--quiet") for _ in range(workers)]
        for _ in range(kills):
            time.sleep(dice.uniform(0.05, 0.4))
            victim = dice.randrange(workers)
            running[victim].send_signal(signal.SIGKILL)
            running[victim].wait()
            running[victim] = self.start("--jobs", "1", "--quiet")
        for worker in running:
            self.assertEqual(worker.wait(100), 0)
        self.run_sweep("--quiet")  # the last kills may have left jobs
        self.assertEqual(self.status()["done"], jobs)
        self.assertEqual(self.results(), self.results("calm"))
        for job in self.jobs():
            steps = [line["step"] for line in self.whole_lines("sweep", job["id"], "results.jsonl")]
            self.assertEqual(steps, [0, 2])
        self.assertEqual([name for name in os.listdir(self.path("sweep", "queue"))
                          if not name.endswith(".done") and not name.startswith(("clock.", "new."))], [])

    def test_a_killed_worker_takes_its_runs_along_and_the_next_one_resumes_them(self):
        self.plan("--record-every", "20", hparams=2, steps=100000)
        worker = self.start("--jobs", "2")
        self.wait_for(lambda: all(glob.glob(self.path("sweep", job["id"], "checkpoints", "*.safetensors"))
                                  for job in self.jobs()))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        status = self.status()
        self.assertEqual((status["running"], status["dead"]), (0, 2))
        sizes = [len(self.read("sweep", job["id"], "metrics.jsonl")) for job in self.jobs()]
        time.sleep(0.3)
        self.assertEqual(sizes, [len(self.read("sweep", job["id"], "metrics.jsonl")) for job in self.jobs()])
        self.run_sweep("--jobs", "2", "--time-limit", "0.05", code=75)
        for job in self.jobs():
            self.assertIn("goes on after step", self.read("sweep", job["id"], "out.txt"))

    def test_a_run_that_is_killed_alone_fails_and_does_not_end_the_worker(self):
        self.plan("--record-every", "20", hparams=1, steps=100000)
        worker = self.start("--jobs", "1")
        self.wait_for(lambda: glob.glob(self.path("sweep", "*", "metrics.jsonl")))
        with open(f"/proc/{worker.pid}/task/{worker.pid}/children", encoding="utf-8") as file:
            os.kill(int(file.read().split()[0]), signal.SIGKILL)
        self.assertEqual(worker.wait(60), 70)
        failures = self.status()["failures"]
        self.assertEqual(failures[0]["message"], "the run was killed (signal 9): is memory short?")

    def test_clocks_that_are_an_hour_apart_do_no_harm(self):
        """The clock of one worker is ahead for the program, not for the file system."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            self.skipTest("no C compiler")
        with open(self.path("ahead.c"), "w", encoding="utf-8") as file:
            file.write("#define _GNU_SOURCE\n#include <time.h>\n#include <unistd.h>\n"
                       "#include <sys/syscall.h>\n"
                       "int clock_gettime(clockid_t c, struct timespec *t) {\n"
                       "  int r = syscall(SYS_clock_gettime, c, t);\n"
                       "  if (c == CLOCK_REALTIME) t->tv_sec += 3600;\n  return r;\n}\n"
                       "time_t time(time_t *t) {\n  struct timespec s;\n"
                       "  clock_gettime(CLOCK_REALTIME, &s);\n"
                       "  if (t) *t = s.tv_sec;\n  return s.tv_sec;\n}\n")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", self.path("ahead.so"), self.path("ahead.c")],
                       check=True)
        self.plan("--record-every", "20", hparams=1, steps=100000)
        worker = self.start("--jobs", "1")
        self.wait_for(lambda: glob.glob(self.path("sweep", "*", "metrics.jsonl")))
        claim = glob.glob(self.path("sweep", "queue", "*.0"))[0]
        with open(claim, encoding="utf-8") as file:
            holder = json.load(file)
        holder["host"] = "elsewhere"  # so that only its age can tell
        with open(claim, "w", encoding="utf-8") as file:
            json.dump(holder, file)
        stdout, _ = self.run_sweep("--jobs", "1", "--stale-after", "30",
                                   env={**os.environ, "LD_PRELOAD": self.path("ahead.so")})
        self.assertEqual(stdout, "0 done, 0 failed, 1 left: other workers have them\n")
        self.assertEqual(glob.glob(self.path("sweep", "queue", "*.1*")), [])  # nobody took over
        self.assertIsNone(worker.poll())

    def test_a_full_disk_ends_the_worker_and_fails_no_job(self):
        limit = lambda: program_test.resource.setrlimit(program_test.resource.RLIMIT_FSIZE, (3000, 3000))
        self.plan(hparams=2)
        _, stderr = self.run_sweep("--jobs", "1", code=IO, preexec_fn=limit)
        self.assertIn("sandgrad: sweep run: a run stopped: ", stderr)
        self.assertIn("    reason ", stderr)
        status = self.status()
        self.assertEqual((status["failed"], status["done"]), (0, 0))
        self.assertIn("2 done, 0 failed, 0 left\n", self.run_sweep()[0])


class Collect(Case):
    def sweep(self):
        self.plan("--test-envs", "1", hparams=2, trials=2, algorithms=("ERM", "ANDMask"))
        self.run_sweep("--quiet")

    def test_tables_have_every_format(self):
        self.sweep()
        stdout, _ = self.run_program("collect", "sweep")
        self.assertIn("Spirals, training-domain validation set\n", stdout)
        self.assertNotIn("leave-one", stdout)
        tables = json.loads(self.run_program("collect", "sweep", "--format", "json", "--selection",
                                             "oracle")[0])
        rows = {row["method"]: row for row in tables[0]["rows"]}
        self.assertEqual(sorted(rows), ["ANDMask", "ERM"])
        self.assertEqual(len(rows["ERM"]["cells"][0]["trials"]), 2)
        csv, _ = self.run_program("collect", "sweep", "--format", "csv", "--selection", "oracle")
        self.assertTrue(csv.startswith("selection,data_set,method,env,"), csv)
        self.assertIn("\\toprule", self.run_program("collect", "sweep", "--format", "latex")[0])
        self.assertIn("| ERM ", self.run_program("collect", "sweep", "--format", "markdown")[0])
        self.refused(USAGE, "collect", "sweep", "--format", "latx", says=["did you mean latex?"])
        self.refused(USAGE, "collect", "sweep", "--selection", "orakle", says=["did you mean oracle?"])

    def test_the_best_hyper_parameters_are_listed_and_methods_compared(self):
        self.sweep()
        stdout, _ = self.run_program("top-hparams", "sweep", "--dataset", "spirals", "--algorithm", "erm",
                                     "--test-env", "0", "--selection", "oracle")
        self.assertEqual(stdout.count("hparams_seed "), 4)
        self.assertEqual(stdout.count('"lr":'), 4)
        stdout, _ = self.run_program("collect", "sweep", "--compare", "ERM", "ANDMask")
        self.assertIn("ERM - ANDMask, Spirals, training-domain", stdout)
        self.assertIn("points over 2 trials, 95 % interval", stdout)
        self.refused(USAGE, "collect", "sweep", "--compare", "ERM", says=["takes two methods"])

    def test_torn_and_foreign_lines_are_named_and_counted(self):
        self.sweep()
        job = self.jobs()[0]["id"]
        path = self.path("sweep", job, "results.jsonl")
        text = self.read("sweep", job, "results.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write("# a note\n" + text + text[:50])
        _, stderr = self.run_program("collect", "sweep")
        self.assertIn("skipped 2 of ", stderr)
        self.assertIn(f"sweep/{job}/results.jsonl, line 1: no whole JSON object\n", stderr)
        self.refused(MISSING, "collect", "nowhere", says=["no such directory"])
        os.mkdir(self.path("empty"))
        self.refused(DATA, "collect", "empty", says=["no results in these directories"])

    def test_missing_runs_are_counted(self):
        self.sweep()
        shutil.rmtree(self.path("sweep", self.jobs()[0]["id"]))
        self.assertIn("ERM: 7 runs, 1 missing\n", self.run_program("collect", "sweep")[0])


class Draws(Case):
    def test_hyper_parameters_are_printed_as_domainbed_draws_them(self):
        with open(os.path.join(program_test.SOURCE, "tests/golden/domainbed_draws.jsonl"),
                  encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        for row in rows[::50]:
            stdout, _ = self.run_program("hparams", "--algorithm", row["algorithm"], "--dataset",
                                         row["dataset"], "--hparams-seed", str(row["hparams_seed"]),
                                         "--trial-seed", str(row["trial_seed"]), "--domainbed-defaults")
            found = json.loads(stdout)
            self.assertEqual({name: found[name] for name in row["hparams"]}, row["hparams"])

    def test_splits_are_printed_as_domainbed_makes_them(self):
        with open(os.path.join(program_test.SOURCE, "tests/golden/domainbed_splits.jsonl"),
                  encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        for row in rows[::9]:
            stdout, _ = self.run_program("data", "split", "--examples", str(row["examples"]), "--env",
                                         str(row["env"]), "--trial-seed", str(row["trial_seed"]))
            self.assertEqual(json.loads(stdout), {part: row[part] for part in ("in", "out")})


class Launch(Case):
    def test_the_local_launcher_runs_everything_and_tells_the_status(self):
        self.plan()
        stdout, _ = self.run_program("sweep", "launch", "sweep", "--with", "local", "--jobs", "2")
        self.assertIn("3 done, 0 failed, 0 left\njobs            3\ndone            3\n", stdout)

    def test_printed_commands_run_the_jobs(self):
        self.plan()
        stdout, _ = self.run_program("sweep", "launch", "sweep", "--with", "print")
        self.assertEqual(len(stdout.splitlines()), 3)
        subprocess.run(["sh", "-e"], input=stdout, encoding="utf-8", check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual(self.status()["done"], 3)
        self.assertEqual(self.run_program("sweep", "launch", "sweep", "--with", "print")[0], "")

    def test_an_unknown_launcher_and_a_missing_slurm_are_refused(self):
        self.plan()
        self.refused(USAGE, "sweep", "launch", "sweep", "--with", "slrm", says=["did you mean slurm?"])
        self.refused(MISSING, "sweep", "launch", "sweep", "--with", "slurm", env={"PATH": self.folder},
                     says=["scontrol: this program is not installed here"])

    def test_the_script_for_slurm_passes_its_signal_on_and_asks_for_another_time_slot(self):
        """A stand-in for Slurm: only the script and sandgrad are real."""
        self.plan("--record-every", "20", hparams=1, steps=100000)
        self.run_program("sweep", "launch", "sweep", "--with", "slurm", "--dry-run")
        os.mkdir(self.path("bin"))
        with open(self.path("bin", "scontrol"), "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\necho "$@" >>{self.path("calls")}\n')
        os.chmod(self.path("bin", "scontrol"), 0o755)
        script = subprocess.Popen(["bash", self.path("sweep", "slurm.sh")], cwd=self.folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "SLURM_JOB_ID": "41",
                                       "PATH": self.path("bin") + ":" + os.environ["PATH"]})
        self.addCleanup(script.kill)
        self.wait_for(lambda: glob.glob(self.path("sweep", "*", "checkpoints", "*.safetensors")))
        script.send_signal(signal.SIGUSR1)
        self.assertEqual(script.wait(60), 75)
        self.assertEqual(self.read("calls"), "requeue 41\n")
        self.assertEqual(self.status()["waiting"], 1)


if __name__ == "__main__":
    sys.exit(program_test.main())
