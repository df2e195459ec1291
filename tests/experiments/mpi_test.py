#!/usr/bin/env python3
"""One run on several ranks, under a real mpirun.

    mpi_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed, 77 there is no mpirun
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import program_test
from program_test import DATA, MISSING, NON_FINITE, QUICK, SKIPPED, USAGE

MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]
SPIRALS = ["train", "--algorithm", "ANDMask", "--steps", "21", "--record-every", "10", "--threads", "1",
           "--hparams", '{"batch_size": 100, "mlp_width": 16, "tau": 0.2}']
DIGITS = ["train", "--dataset", "ColoredMNIST", "--model", "MNIST_CNN", "--algorithm", "ANDMask",
          "--steps", "3", "--record-every", "2", "--evaluate-examples", "40", "--threads", "1",
          "--hparams", '{"batch_size": 20}']
# Open MPI leaves these to a process that it starts; a test may itself run under mpirun
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("OMPI_", "PMI_", "PMIX_"))}
ENVIRONMENT["OMPI_MCA_mpi_yield_when_idle"] = "1"  # a rank that waits leaves the core to another one


def outcome(*words, **environment):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                          env={**ENVIRONMENT, **environment})


def why_not(programs):
    if shutil.which("mpirun") is None:
        return "there is no mpirun here; apt install openmpi-bin libopenmpi-dev"
    two = outcome(*MPIRUN, "-n", "2", "true")
    if two.returncode != 0 or "Open MPI" not in outcome("mpirun", "--version").stdout:
        return f"mpirun is not Open MPI's, or does not work here: {two.stderr.strip()[:300]}"
    program = os.path.join(programs, "sandgrad")
    if "built without MPI" in outcome(program, *SPIRALS, OMPI_COMM_WORLD_SIZE="2").stderr:
        return "the program was built without MPI"
    return ""


class Case(program_test.Case):
    def run_program(self, *arguments, **options):
        return super().run_program(*arguments, **{"env": ENVIRONMENT, **options})

    def program(self, name="sandgrad"):
        return os.path.join(self.programs, name)

    def mpirun(self, *arguments, code=0, **options):
        """-> (stdout, stderr)"""
        done = subprocess.run([*MPIRUN, *arguments], encoding="utf-8", check=False, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200, env=ENVIRONMENT,
                              **options)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def on_ranks(self, count, *arguments, **options):
        return self.mpirun("-n", str(count), self.program(), *arguments, **options)

    def state(self, run):
        """The files that decide bits."""
        files = {}
        for name in ["metrics.jsonl", "done", "weights.safetensors",
                     *(f"checkpoints/{name}" for name in os.listdir(self.path(run, "checkpoints")))]:
            with open(self.path(run, name), "rb") as file:
                files[name] = file.read()
        return files


class Bits(Case):
    def same_for_any_count(self, words, counts):
        self.run_program(*words, "--output-dir", "alone")
        for count in counts:
            run = f"run{count}"
            self.on_ranks(count, *words, "--output-dir", run)
            self.assertEqual(self.state(run), self.state("alone"), count)
        return f"run{counts[-1]}"

    def test_an_mlp_has_the_bits_of_one_process_on_1_to_4_ranks(self):
        run = self.same_for_any_count(SPIRALS, [1, 2, 3, 4])
        self.assertIn("bit-identical", self.run_program("verify", run)[0])

    def test_mnist_cnn_has_the_bits_of_one_process_on_1_to_4_ranks(self):
        run = self.same_for_any_count(DIGITS, [1, 2, 3, 4])
        self.assertIn("bit-identical", self.run_program("verify", run)[0])

    def test_objectives_over_domains_and_of_several_passes_have_the_same_bits(self):
        for algorithm in ["CORAL", "MLDG"]:
            with self.subTest(algorithm):
                words = [*QUICK, "--algorithm", algorithm, "--steps", "6", "--record-every", "5",
                         "--threads", "1"]
                self.run_program(*words, "--output-dir", algorithm)
                self.on_ranks(3, *words, "--output-dir", algorithm + "3")
                self.assertEqual(self.state(algorithm), self.state(algorithm + "3"))

    def test_rank_0_alone_prints_and_the_record_names_the_ranks(self):
        words = [*SPIRALS, "--output-dir", "run"]
        stdout, stderr = self.on_ranks(3, *words)
        self.assertEqual(stdout.count("\n    10 "), 1, stdout)
        self.assertIn("1 thread on each of 3 ranks\n", stdout)
        self.assertEqual(stderr.count("memory: about"), 1, stderr)
        share, = re.findall(r"^ranks: 3 ranks, ([0-9.]+) % of the time was communication$", stderr, re.M)
        record = json.loads(self.read("run", "record.json"))
        self.assertEqual(record["ranks"], 3)
        self.assertAlmostEqual(100 * record["communication"], float(share), delta=0.06)
        self.assertGreater(record["communication"], 0)
        self.assertNotIn("ranks", record["args"])
        self.assertIn("is finished", self.on_ranks(2, *words)[0])
        self.run_program("inspect", "run", "--step", "10", "--weight", "linear0.weight[0,0]")

    def test_ranks_that_do_not_pay_are_told_so(self):
        # tiny steps, and messages that take longer
        words = ["train", "--algorithm", "ERM", "--steps", "200", "--record-every", "100", "--threads", "1",
                 "--hparams", '{"batch_size": 2, "mlp_width": 2, "mlp_depth": 1}', "--evaluate-examples", "4"]
        _, stderr = self.on_ranks(4, *words)
        self.assertRegex(stderr, r"note: ranks did not pay: they took \S+ s, one of them alone would have "
                                 r"taken about \S+ s\n")


class Ends(Case):
    def test_without_mpirun_mpi_is_not_loaded(self):
        if shutil.which("strace") is None:
            self.skipTest("there is no strace here")
        for size, loaded in [(None, False), ("1", False), ("2", True)]:
            environment = {**ENVIRONMENT, **({"OMPI_COMM_WORLD_SIZE": size} if size else {})}
            done = subprocess.run(["strace", "-f", "-e", "trace=openat", self.program(), *SPIRALS],
                                  cwd=self.folder, env=environment, capture_output=True, text=True,
                                  timeout=100, check=False)
            self.assertEqual("libmpi" in done.stderr, loaded, size)
            self.assertEqual(done.returncode, USAGE if loaded else 0)  # no mpirun has started two

    def wait_for(self, ready):
        for _ in range(1200):
            if ready():
                return
            time.sleep(0.05)
        self.fail("it did not happen within 60 s")

    def start_long(self, run):
        """A run on two ranks that has written a checkpoint -> (mpirun, process numbers of the ranks)"""
        words = [*QUICK, "--steps", "100000", "--record-every", "50", "--threads", "1", "--output-dir", run]
        job = subprocess.Popen([*MPIRUN, "-n", "2", self.program(), *words], cwd=self.folder, env=ENVIRONMENT,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(lambda: (job.kill(), job.wait(), job.stdout.close()))
        folder = self.path(run, "checkpoints")
        self.wait_for(lambda: os.path.isdir(folder) and
                      any(name.endswith(".safetensors") for name in os.listdir(folder)))
        ranks = []
        for name in glob.glob(f"/proc/{job.pid}/task/*/children"):
            with open(name, encoding="ascii") as file:
                ranks += [int(child) for child in file.read().split()]
        ranks = [child for child in ranks if self.command_of(child).endswith("sandgrad")]
        self.assertEqual(len(ranks), 2)
        return job, ranks

    @staticmethod
    def command_of(process):
        with open(f"/proc/{process}/cmdline", encoding="utf-8") as file:
            return file.read().split("\0")[0]

    def last_step(self, run):
        """-> the step of the last record"""
        found = [json.loads(line)["step"] for line in self.read(run, "metrics.jsonl").splitlines()]
        return max(found)

    def test_a_lost_rank_ends_the_job_and_the_run_resumes_on_any_number_of_ranks(self):
        job, ranks = self.start_long("run")
        os.kill(ranks[1], signal.SIGKILL)
        job.communicate(timeout=60)
        self.assertNotEqual(job.returncode, 0)
        for rank in ranks:
            self.wait_for(lambda rank=rank: not os.path.exists(f"/proc/{rank}"))
        for count in (3, 1):
            job = self.resumes("run", count)
            job.send_signal(signal.SIGUSR1)
            out = job.communicate(timeout=60)[0]
            self.assertIn("goes on after step ", out)
            self.assertEqual(job.returncode, 75, out)
        self.assertIn("bit-identical", self.run_program("verify", "run")[0])

    def resumes(self, run, count):
        words = [*QUICK, "--steps", "100000", "--record-every", "50", "--threads", "1", "--output-dir", run]
        start = [self.program()] if count == 1 else [*MPIRUN, "-n", str(count), self.program()]
        before = self.last_step(run)
        job = subprocess.Popen([*start, *words], cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        self.addCleanup(lambda: (job.kill(), job.wait(), job.stdout.close()))
        self.wait_for(lambda: self.last_step(run) > before)
        return job

    def test_a_signal_stops_all_ranks_after_the_same_step_with_a_checkpoint(self):
        job, ranks = self.start_long("run")
        os.kill(ranks[1], signal.SIGUSR1)
        out = job.communicate(timeout=60)[0]
        self.assertEqual(job.returncode, 75, out)
        steps = int(re.search(r"stopped on request after (\d+) of 100000 steps", out)[1])
        self.assertIn(f"step-{steps - 1:06}.safetensors", os.listdir(self.path("run", "checkpoints")))

    def test_numbers_that_are_not_finite_are_one_error_of_rank_0(self):
        words = [*QUICK, "--algorithm", "ERM", "--steps", "50", "--threads", "1"]
        words[2] = '{"batch_size": 32, "mlp_width": 16, "lr": 1e30}'
        _, stderr = self.on_ranks(2, *words, code=NON_FINITE)
        self.assertEqual(stderr.count("sandgrad: "), 1, stderr)
        self.assertIn("is not finite", stderr)


class Refusals(Case):
    def refuses(self, code, *arguments, says):
        stdout, stderr = self.mpirun(*arguments, code=code)
        self.assertNotIn("train", stdout)
        self.assertEqual(stderr.count("sandgrad: "), 1, stderr)
        for text in says:
            self.assertIn(text, stderr)

    def digits(self, folder, seed):
        """MNIST's files with a few digits."""
        os.mkdir(self.path(folder))
        for kind, count in [("train", 200), ("t10k", 100)]:
            images = bytes((seed + 7 * i) % 256 for i in range(784)) * count
            with open(self.path(folder, f"{kind}-images-idx3-ubyte"), "wb") as file:
                file.write(b"".join(n.to_bytes(4, "big") for n in (0x803, count, 28, 28)) + images)
            with open(self.path(folder, f"{kind}-labels-idx1-ubyte"), "wb") as file:
                file.write(b"".join(n.to_bytes(4, "big") for n in (0x801, count)) +
                           bytes(i % 10 for i in range(count)))

    def test_ranks_that_see_different_data_do_not_start(self):
        self.digits("a", 1)
        self.digits("b", 2)
        words = ["train", "--dataset", "ColoredMNIST", "--model", "MLP", "--steps", "2", "--threads", "1",
                 "--output-dir", "run", "--hparams", '{"batch_size": 8, "mlp_width": 4}', "--data-dir"]
        one = ["-n", "1", self.program(), *words]
        self.refuses(DATA, *one, "a", ":", *one, "b",
                     says=["ranks: they see different data\n    rank 0 ColoredMNIST, 4 files, SHA-256 ",
                           "\n    rank 1 ColoredMNIST, 4 files, SHA-256 ", "--data-dir"])
        self.assertFalse(os.path.exists(self.path("run")))

    def test_other_settings_and_another_build_do_not_start(self):
        first = ["-n", "1", self.program(), *SPIRALS, ":", "-n", "2"]
        self.refuses(USAGE, *first, self.program(), *SPIRALS, "--seed", "3",
                     says=["ranks: they have different settings\n    --seed rank 0 0, rank 1 3"])
        self.refuses(USAGE, *first, self.program("sandgrad64"), *SPIRALS,
                     says=["ranks: they run different programs\n    rank 0 sandgrad ", "(double)"])

    def test_an_error_of_all_ranks_is_printed_once_and_one_of_a_later_rank_names_it(self):
        self.refuses(USAGE, "-n", "3", self.program(), *SPIRALS, "--protocol", "domainbd",
                     says=["did you mean domainbed?"])
        one = ["-n", "1", self.program(), *SPIRALS]
        self.refuses(MISSING, *one, ":", *one, "--init-from", "nothing", says=["sandgrad: rank 1: "])

    def test_a_launcher_of_another_mpi_is_refused(self):
        self.refused(USAGE, *SPIRALS, env={**ENVIRONMENT, "PMI_SIZE": "2"},
                     says=["ranks: the launcher is not that of Open MPI\n    processes 2"])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if reason := why_not(os.path.abspath(sys.argv[1])):
        print("skipped:", reason)
        sys.exit(SKIPPED)
    sys.exit(program_test.main())
