#!/usr/bin/env python3
"""The program as its users meet it: exit codes, what stands on stdout and stderr, and the files that a run
leaves.

    program_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed, 77 every test was skipped
"""
import glob
import hashlib
import json
import os
import platform
import re
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

USAGE, DATA, MISSING, RESOURCES, BUSY, IO, NON_FINITE, SKIPPED = 64, 65, 66, 69, 73, 74, 76, 77
SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
# stderr of a run without errors
MEMORY = r"^memory: about \d+ MB \(program \d+, data \d+, [^()\n]*\)\n$"
QUICK = ["train", "--hparams", '{"batch_size": 32, "mlp_width": 16}']  # Spirals, SAND-mask


class Case(unittest.TestCase):
    """Every test works in an empty folder of its own."""
    programs = ""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sandgrad-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def run_program(self, *arguments, program="sandgrad", code=0, **options):
        """Checks the exit code. -> (stdout, stderr)"""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.folder, "timeout": 100,
                   **options}
        done = subprocess.run([os.path.join(self.programs, program), *arguments], encoding="utf-8",
                              check=False, **options)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def refused(self, code, *arguments, says, **options):
        """The program prints one error on stderr and nothing on stdout."""
        stdout, stderr = self.run_program(*arguments, code=code, **options)
        self.assertEqual(stdout, "")
        self.assertTrue(stderr.startswith("sandgrad: "), stderr)
        self.assertLess(max(map(len, stderr.splitlines())), 400)
        for text in says:
            self.assertIn(text, stderr)

    def whole_lines(self, *names):
        """-> the objects of a .jsonl file, each of which must be a whole line"""
        text = self.read(*names)
        self.assertTrue(text == "" or text.endswith("\n"), text[-100:])
        return [json.loads(line) for line in text.splitlines()]

    def assert_nothing_half_written(self, folder):
        for name in os.listdir(self.path(folder)):
            self.assertIn(name, ["checkpoints", "record.json", "done", "metrics.jsonl", "out.txt",
                                 "results.jsonl", "weights.safetensors"])
            if name.endswith(".jsonl"):
                self.whole_lines(folder, name)
            elif name in ("record.json", "done"):
                json.loads(self.read(folder, name))


class Usage(Case):
    def test_no_command_is_a_usage_error(self):
        self.refused(USAGE, says=["sandgrad --help"])

    def test_an_error_about_a_typing_error_suggests_the_right_name(self):
        for arguments, meant in [(["tain"], "did you mean train?"),
                                 (["Train"], "did you mean train?"), (["data", "shwo"], "did you mean show?"),
                                 (["train", "--stps", "3"], "did you mean --steps instead of --stps?"),
                                 (["train", "--test-env=3"],
                                  "did you mean --test-envs instead of --test-env?"),
                                 (["train", "--dataset", "Spiral"], "did you mean Spirals?"),
                                 (["train", "--algorithm", "SANDMsk"], "did you mean SANDMask?"),
                                 (["train", "--protocol", "domainbd"], "did you mean domainbed?"),
                                 (["train", "--hparams", '{"tua": 0.5}'], "did you mean tau?"),
                                 (["bench", "--case", "ilk"], "did you mean ilc?"),
                                 (["step", "--model", "mlp:2-2", "--activation", "rulu"],
                                  "did you mean relu?")]:
            self.refused(USAGE, *arguments, says=[meant])

    def test_an_unknown_command_is_called_unknown(self):
        for arguments, known in [(["tune"], "known train, demo, verify, "),
                                 (["score", "--steps", "3"], "known train, demo, verify, "),
                                 (["data", "list"], "known show"), (["data", "train"], "known show")]:
            with self.subTest(arguments):
                found = arguments[-1 if arguments[0] == "data" else 0]
                self.refused(USAGE, *arguments, says=["command: no such name\n    found " + found, known])
                self.assertNotIn("did you mean", self.run_program(*arguments, code=USAGE)[1])
        self.refused(USAGE, says=["a command is needed\n    known train, demo, verify, "])

    def test_an_error_about_a_flag_suggests_one_of_its_own_command(self):
        for arguments, hint in [(["train", "--lr", "0.1"], """--hparams '{"lr": 0.1}'"""),
                                (["train", "--lr=0.1"], """--hparams '{"lr": 0.1}'"""),
                                (["bench", "--task", "domain_generalization"], "--task is DomainBed's"),
                                (["step", "--model", "mlp:2-2", "--tau", "1"], """--hparams '{"tau": 1}'""")]:
            self.refused(USAGE, *arguments,
                         says=[f"hint: {hint}" if hint[2:6] == "task" else hint,
                               f"hint: sandgrad {arguments[0]} --help"])
        for arguments in [["train", "--early-stop", "3"], ["verify", "run", "--lr", "3"],
                          ["bench", "--task", "ilc", "--kase"]]:
            self.assertNotIn("from-step", self.run_program(*arguments, code=USAGE)[1])
        self.refused(USAGE, "train", "--algorithm", "dann",
                     says=["algorithm: DANN is in DomainBed but not here", "reason a second network"])

    def test_help_distinguishes_records_from_checkpoints(self):
        words = " ".join(self.run_program("train", "--help")[0].split())
        self.assertIn("DomainBed's --checkpoint_freq", words)
        self.assertIn("--checkpoint-every N steps between two checkpoints", words)

    def test_numbers_out_of_range_are_refused_briefly(self):
        for arguments in [["--steps", "0"], ["--steps", "x"], ["--seed", "-1"], ["--test-envs", "-1"],
                          ["--test-envs", "17"], ["--holdout-fraction", "1"], ["--holdout-fraction", "nan"],
                          ["--holdout-fraction", "inf"], ["--threads", "1025"], ["--output-dir", ""],
                          ["--hparams", "tau"], ["--record-every", "0"]]:
            self.refused(USAGE, "train", *arguments, says=[])

    def test_a_mask_that_never_opens_is_refused_with_the_reason(self):
        self.refused(USAGE, "train", "--hparams", '{"tau": 1}',
                     says=["tau must be below 1", "nothing would ever train"])
        self.refused(USAGE, "train", "--hparams", '{"k": 0}',
                     says=["k must be above 0", "nothing would ever train"])
        self.refused(USAGE, "step", "--model", "mlp:2-2", "--hparams", '{"tau": 1}', "--in", "a",
                     "--out", "b", says=["tau must be below 1"])

    def test_help_and_version_are_no_errors(self):
        stdout, stderr = self.run_program("--help")
        self.assertEqual(stderr, "")
        for command in ["train", "demo", "bench", "step", "combine", "trace", "data", "doctor"]:
            self.assertIn(command, stdout)
            self.assertIn("--help", self.run_program(command, "--help")[0])
        self.assertRegex(self.run_program("--version")[0], r"^sandgrad \d+\.\d+\.\d+\n$")

    def test_domainbeds_spellings_are_accepted(self):
        def weights(*arguments):
            return re.search(r"^weights \w{16} after 3 steps$",
                             self.run_program(*QUICK, "--steps", "3", *arguments)[0], re.M)[0]
        ours = ["--test-envs", "1", "2", "--trial-seed", "4", "--holdout-fraction", "0.5",
                "--record-every", "2", "--hparams-seed", "0"]
        theirs = [word.replace("-", "_").replace("__", "--").replace("record_every", "checkpoint_freq")
                  for word in ours]
        self.assertIn("--test_envs", theirs)
        self.assertEqual(weights(*ours), weights(*theirs, "--dataset", "SPIRALS", "--algorithm", "sandmask",
                                                "--task", "domain_generalization"))
        self.assertNotEqual(weights(*ours), weights())


class Runs(Case):
    def test_a_run_leaves_its_settings_records_weights_and_done(self):
        stdout, stderr = self.run_program(*QUICK, "--steps", "5", "--record-every", "2",
                                          "--output-dir", "run", "--trial-seed", "3")
        self.assertRegex(stderr, MEMORY)
        self.assertEqual(stdout, self.read("run", "out.txt"))
        self.assertEqual(set(os.listdir(self.path("run"))),
                         {"checkpoints", "done", "metrics.jsonl", "out.txt", "record.json", "results.jsonl",
                          "weights.safetensors"})
        config = json.loads(self.read("run", "record.json"))
        self.assertEqual(config["args"]["trial_seed"], 3)
        self.assertEqual(config["hparams"]["mlp_width"], 16)
        self.assertEqual(len(config["data"]["domains"]), 17)
        self.assertEqual([(slot["name"], slot["offset"]) for slot in config["parameters"]][:2],
                         [("linear0.weight", 0), ("linear0.bias", 288)])
        self.assertEqual(sorted(os.listdir(self.path("run", "checkpoints"))),
                         ["step-000002.safetensors", "step-000004.safetensors"])
        done = json.loads(self.read("run", "done"))
        self.assertEqual((done["never_learned"], done["steps"]), (False, 5))
        self.assertIn(f"weights {done['weights']} after 5 steps", stdout)

        results = self.whole_lines("run", "results.jsonl")
        self.assertEqual([line["step"] for line in results], [0, 2, 4])
        for text in self.read("run", "results.jsonl").splitlines():
            line = json.loads(text)
            self.assertEqual(text.replace(" ", ""), json.dumps(line, sort_keys=True).replace(" ", ""),
                             "keys are sorted")
            self.assertEqual(set(line), {"args", "hparams", "step", "epoch", "step_time", "loss", "mem_gb"} |
                             {f"env{env}_in_acc" for env in range(17)})
            self.assertEqual(line["args"]["output_dir"], "run")
        for line in self.whole_lines("run", "metrics.jsonl"):
            self.assertEqual([domain["name"] for domain in line["domains"]],
                             ["test"] + [f"env{env}" for env in range(1, 17)])
            total = line["mask"]["total"]
            self.assertAlmostEqual(total["closed"] + total["partial"] + total["open"], 1)

    def test_every_line_of_results_has_what_domainbeds_collector_reads(self):
        """It counts env0, env1, ... until one is missing, and asks every line for the accuracies of the test
        domains."""
        for number, effort in enumerate([[], ["--evaluate-every", "2"], ["--test-at-end"],
                                         ["--evaluate-every", "2", "--test-at-end"]]):
            run = f"run{number}"
            self.run_program(*QUICK, "--steps", "5", "--record-every", "1", "--holdout-fraction", "0.5",
                             "--output-dir", run, *effort)
            lines = self.whole_lines(run, "results.jsonl")
            self.assertEqual([line["step"] for line in lines], [[0, 1, 2, 3, 4], [0, 2, 4], [4], [4]][number])
            for line in lines:
                keys = {key for key in line if key.startswith("env")}
                self.assertEqual(keys, {f"env{env}_{part}_acc"
                                        for env in range(len(keys) // 2) for part in ("in", "out")})
                self.assertIn(f"env{line['args']['test_envs'][0]}_in_acc", line)
            self.assertIn("bit-identical", self.run_program("verify", run)[0])

    def test_held_out_parts_have_accuracies_of_their_own(self):
        stdout, _ = self.run_program(*QUICK, "--steps", "1", "--protocol", "domainbed", "--json")
        line = json.loads(stdout)
        for env in range(17):
            for part in ["in", "out"]:
                self.assertTrue(0 <= line[f"env{env}_{part}_acc"] <= 1)

    def test_with_json_stdout_has_only_json(self):
        stdout, stderr = self.run_program(*QUICK, "--algorithm", "ERM", "--steps", "3", "--record-every", "1",
                                          "--json")
        self.assertEqual([json.loads(line)["step"] for line in stdout.splitlines()], [0, 1, 2])
        self.assertRegex(stderr, MEMORY)

    def test_a_run_that_cannot_learn_prints_a_warning(self):
        stdout, stderr = self.run_program("train", "--hparams", '{"tau": 1, "mlp_width": 16}',
                                          "--allow-closed", "--steps", "2", "--output-dir", "run")
        self.assertIn("NEVER LEARNED", stdout)
        self.assertIn("NEVER LEARNED", stderr)
        done = json.loads(self.read("run", "done"))
        self.assertIs(done["never_learned"], True)
        self.assertIn("the mask never opened", done["reason"])

    def test_a_run_with_other_settings_is_not_changed_without_fresh(self):
        self.run_program(*QUICK, "--steps", "1", "--output-dir", "run")
        before = self.read("run", "results.jsonl")
        self.refused(BUSY, *QUICK, "--steps", "2", "--seed", "3", "--output-dir", "run",
                     says=["other settings", "--steps  recorded 1, requested 2",
                           "--seed   recorded 0, requested 3", "--fresh"])
        self.refused(BUSY, *QUICK, "--steps", "1", "--output-dir", "run", program="sandgrad64",
                     says=["recorded float, requested double"])
        self.assertEqual(self.read("run", "results.jsonl"), before)
        self.run_program(*QUICK, "--steps", "2", "--output-dir", "run", "--fresh")
        self.assertEqual([line["step"] for line in self.whole_lines("run", "results.jsonl")], [0, 1])
        with open(self.path("notes.txt"), "w", encoding="utf-8") as notes:
            notes.write("mine")
        self.refused(BUSY, *QUICK, "--steps", "1", "--output-dir", self.folder, "--fresh",
                     says=["holds no run"])
        self.assertEqual(self.read("notes.txt"), "mine")

    def test_a_finished_run_says_so(self):
        command = [*QUICK, "--steps", "2", "--output-dir", "run"]
        self.run_program(*command)
        before = self.read("run", "out.txt")
        stdout, stderr = self.run_program(*command)
        self.assertIn("the run in run is finished", stdout)
        self.assertIn(json.loads(self.read("run", "done"))["weights"], stdout)
        self.assertEqual((stderr, self.read("run", "out.txt")), ("", before))
        self.assertEqual(self.run_program(*command, "--json")[0], "")

    def test_an_invalid_done_does_not_count(self):
        command = [*QUICK, "--steps", "2", "--output-dir", "run"]
        self.run_program(*command)
        before = self.read("run", "done")
        for text in ["", "\x1b[31mdone", "[" * 5000, '{"steps": 1, "weights": "0"}', before[:-3],
                     before.replace("steps", "step")]:
            with open(self.path("run", "done"), "w", encoding="utf-8") as done:
                done.write(text)
            self.assertIn("goes on after step 1\n", self.run_program(*command)[0])
            self.assertEqual(self.read("run", "done"), before)

    def test_another_programs_directory_is_not_changed_even_with_fresh(self):
        os.mkdir(self.path("theirs"))
        for name in ["record.json", "results.jsonl", "done"]:
            with open(self.path("theirs", name), "w", encoding="utf-8") as file:
                file.write('{"name": "theirs"}\n')
        self.refused(BUSY, *QUICK, "--steps", "1", "--output-dir", "theirs", "--fresh",
                     says=["record.json is not one of Sandgrad's", "theirs"])
        self.refused(DATA, *QUICK, "--steps", "1", "--output-dir", "theirs", says=["theirs/record.json"])
        self.assertEqual({name: self.read("theirs", name) for name in os.listdir(self.path("theirs"))},
                         dict.fromkeys(["record.json", "results.jsonl", "done"], '{"name": "theirs"}\n'))

    def test_a_pipe_in_place_of_a_file_of_the_run_is_refused_at_once(self):
        command = [*QUICK, "--steps", "3", "--record-every", "1", "--output-dir", "run"]
        self.run_program(*command)
        for name in ["results.jsonl", "metrics.jsonl", "out.txt", "done", "record.json"]:
            shutil.copytree(self.path("run"), self.path("copy"))
            os.remove(self.path("copy", "done"))
            if name != "done":
                os.remove(self.path("copy", name))
            os.mkfifo(self.path("copy", name))
            _, stderr = self.run_program(*command[:-1], "copy", code=DATA, timeout=20)
            self.assertIn(f"file: must be a regular file\n    file copy/{name}\n", stderr)
            shutil.rmtree(self.path("copy"))

    def test_a_record_that_is_damaged_is_named(self):
        self.run_program(*QUICK, "--steps", "1", "--output-dir", "run")
        os.truncate(self.path("run", "record.json"), 300)
        self.refused(DATA, *QUICK, "--steps", "1", "--output-dir", "run",
                     says=["run/record.json", "was the file cut?"])

    def test_first_weights_come_from_a_file_and_the_record_has_its_hash(self):
        self.run_program(*QUICK, "--steps", "3", "--output-dir", "first")
        more = [*QUICK, "--steps", "1", "--init-from", "first/weights.safetensors", "--output-dir", "second"]
        self.run_program(*more)
        args = json.loads(self.read("second", "record.json"))["args"]
        with open(self.path("first", "weights.safetensors"), "rb") as file:
            self.assertEqual(args["init_sha256"], hashlib.sha256(file.read()).hexdigest())
        same = self.run_program(*QUICK, "--steps", "1",
                                "--init-from", "first/checkpoints/step-000002.safetensors")[0]
        self.assertIn("weights " + json.loads(self.read("second", "done"))["weights"], same)
        self.refused(BUSY, *QUICK, "--steps", "1", "--init-from", "first/checkpoints/step-000002.safetensors",
                     "--output-dir", "second", says=["--init-from  recorded"])
        self.refused(MISSING, *QUICK, "--init-from", "nothing", says=["nothing"])
        self.refused(DATA, "train", "--hparams", '{"mlp_width": 17}',
                     "--init-from", "first/weights.safetensors",
                     says=["does not fit the model", "misshaped linear0.weight [17, 18], found [16, 18]"])

    def test_no_directory_is_created_for_a_run_that_cannot_begin(self):
        self.refused(MISSING, "train", "--dataset", "ColoredMNIST", "--data-dir", "nowhere",
                     "--output-dir", "run", says=[])
        self.assertEqual(os.listdir(self.folder), [])

    def test_weights_are_equal_for_every_number_of_threads(self):
        for algorithm in ["ERM", "ANDMask", "GeometricMean", "SANDMask"]:
            hparams = {"batch_size": 100, "mlp_width": 40} | ({} if algorithm == "ERM" else {"tau": 0.2})
            seen = set()
            for threads in "12347":
                stdout, _ = self.run_program("train", "--algorithm", algorithm,
                                             "--hparams", json.dumps(hparams),
                                             "--steps", "4", "--threads", threads)
                seen.add(re.search(r"^weights (\w{16})", stdout, re.M)[1])
            self.assertEqual(len(seen), 1, algorithm)

    def test_weights_trained_on_images_are_equal_for_every_number_of_threads(self):
        seen = set()
        for threads in "137":
            stdout, _ = self.run_program("train", "--dataset", "ColoredMNIST-IRM", "--digits", "generated",
                                         "--algorithm", "ANDMask", "--protocol", "domainbed",
                                         "--hparams", '{"mlp_width": 32}', "--steps", "3",
                                         "--threads", threads)
            self.assertIn("generated digits", stdout)
            seen.add(re.search(r"^weights (\w{16})", stdout, re.M)[1])
        self.assertEqual(len(seen), 1)

    def test_progress_is_redrawn_only_on_a_terminal(self):
        for kind, redrawn in [("xterm", True), ("dumb", False), ("", False), (None, False)]:
            terminal, inside = os.openpty()
            environment = {name: value for name, value in os.environ.items() if name != "TERM"}
            environment |= {} if kind is None else {"TERM": kind}
            with subprocess.Popen([os.path.join(self.programs, "sandgrad"), *QUICK, "--steps", "1000000"],
                                  cwd=self.folder, env=environment, stdout=subprocess.DEVNULL,
                                  stderr=inside) as process:
                os.close(inside)
                said, end = b"", time.time() + (30 if redrawn else 2)
                while time.time() < end and b"\r\x1b[K" not in said:
                    if select.select([terminal], [], [], 0.1)[0]:
                        said += os.read(terminal, 4096)
                process.kill()
            os.close(terminal)
            self.assertEqual(b"\x1b" in said, redrawn, (kind, said))

    def test_an_interrupted_run_ends_after_its_step_with_whole_records(self):
        for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            folder = f"run{code}"
            with subprocess.Popen([os.path.join(self.programs, "sandgrad"), *QUICK, "--steps", "1000000",
                                   "--output-dir", folder],
                                  cwd=self.folder, stdout=subprocess.PIPE, encoding="utf-8") as process:
                for _ in range(1000):
                    if os.path.exists(self.path(folder, "metrics.jsonl")):
                        break
                    time.sleep(0.02)
                process.send_signal(number)
                stdout, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, code)
            steps = int(re.search(r"^stopped on request after (\d+) of 1000000 steps; "
                                  r"the same command goes on from there$", stdout, re.M)[1])
            self.assertEqual(stdout, self.read(folder, "out.txt"))
            recorded = [line["step"] for line in self.whole_lines(folder, "results.jsonl")]
            self.assertEqual(recorded, list(range(0, steps, 100)))
            self.assertEqual(set(os.listdir(self.path(folder))),
                             {"checkpoints", "metrics.jsonl", "out.txt", "record.json", "results.jsonl"})
            self.assertIn(f"step-{steps - 1:06}.safetensors", os.listdir(self.path(folder, "checkpoints")))


class Networks(Case):
    QUICK = ["train", "--dataset", "ColoredMNIST", "--digits", "generated", "--hparams", '{"batch_size": 8}',
             "--holdout-fraction", "0.5", "--evaluate-examples", "20"]

    def test_digits_train_domainbeds_network_unless_model_is_given(self):
        for arguments, first in [([], "conv0"), (["--model", "mlp"], "linear0"),
                                 (["--model", "SmallCNN"], "conv0")]:
            stdout, _ = self.run_program(*self.QUICK, "--steps", "1", *arguments)
            self.assertIn(f"\n{first} ", stdout)
        self.assertIn("371,394", self.run_program(*self.QUICK, "--steps", "1")[0])
        self.refused(USAGE, "train", "--model", "MNIST_CNN",
                     says=["model: MNIST_CNN needs images", "--model MLP"])
        self.refused(USAGE, "train", "--model", "MNIST_CN", says=["did you mean MNIST_CNN?"])
        self.refused(USAGE, "train", "--convolution", "wino", says=["known direct, winograd"])

    def test_threads_change_no_weight_of_a_convolutional_network_and_the_algorithm_of_convolution_does(self):
        def weights(*arguments):
            stdout = self.run_program(*self.QUICK, "--steps", "2", *arguments)[0]
            return re.search(r"^weights (\w{16})", stdout, re.M)[1]
        for convolution in ["direct", "winograd"]:
            seen = {weights("--convolution", convolution, "--threads", threads) for threads in "123"}
            self.assertEqual(len(seen), 1)
        self.assertNotEqual(weights("--convolution", "direct"), weights("--convolution", "winograd"))

    def test_less_evaluation_omits_accuracies_and_changes_no_weight(self):
        def run(*arguments):
            stdout, _ = self.run_program(*self.QUICK, "--steps", "5", "--record-every", "1",
                                         "--output-dir", "run", "--fresh", *arguments)
            return re.search(r"^weights (\w{16})", stdout, re.M)[1], self.whole_lines("run", "results.jsonl")
        whole, everything = run()
        self.assertTrue(all("env1_in_acc" in line and "env0_in_acc" in line for line in everything))
        less, lines = run("--evaluate-every", "2", "--test-at-end")
        self.assertEqual(less, whole)
        metrics = self.whole_lines("run", "metrics.jsonl")
        self.assertEqual([line["step"] for line in metrics], [0, 1, 2, 3, 4])
        self.assertEqual([line["step"] for line in metrics if "in_accuracy" in line["domains"][1]], [0, 2, 4])
        self.assertEqual([line["step"] for line in metrics if "in_accuracy" in line["domains"][0]], [4])
        self.assertEqual([line["step"] for line in lines], [4])
        self.assertEqual(lines[-1]["env0_out_acc"], everything[-1]["env0_out_acc"])
        self.assertEqual(lines[0]["args"]["evaluate_examples"], 20)
        self.assertEqual(everything[0]["env0_in_acc"] * 20 % 1, 0)


class NotFinite(Case):
    """Numbers that are not finite: the run ends with a report, and the files written before stay valid."""

    def report(self, *run):
        """-> stdout of a run, and stderr after the line on memory"""
        stdout, stderr = self.run_program(*run, code=NON_FINITE)
        memory, report = stderr.split("\n", 1)
        self.assertRegex(memory + "\n", MEMORY)
        return stdout, report

    def ended(self, *run):
        """A run ends with a report, also when resumed, and its files pass verify. -> the report"""
        run = [*QUICK[:1], *run, "--record-every", "1", "--evaluate-examples", "20", "--output-dir", "run"]
        report = self.report(*run, "--threads", "2")[1]
        before = {name: self.read("run", name) for name in ["results.jsonl", "metrics.jsonl", "record.json"]}
        self.assert_nothing_half_written("run")
        self.assertNotIn("done", os.listdir(self.path("run")))
        self.assertEqual(os.listdir(self.path("run", "checkpoints")),
                         [f"step-{len(self.whole_lines('run', 'results.jsonl')) - 1:06}.safetensors"])
        stdout, again = self.report(*run, "--threads", "1")
        self.assertIn("goes on after step", stdout)
        self.assertEqual(again, report)
        self.assertEqual({name: self.read("run", name) for name in before}, before)
        self.run_program("verify", "run")
        self.assertTrue(report.startswith("sandgrad: step "), report)
        self.assertIn("\n    kept     run/checkpoints/step-", report)
        self.assertLess(max(map(len, report.splitlines())), 200)
        return report

    def test_a_loss_is_traced_to_step_domain_op_and_the_range_of_its_inputs(self):
        report = self.ended("--hparams", '{"batch_size": 32, "mlp_width": 16, "lr": 1e30}')
        self.assertRegex(report, r"""^sandgrad: step 1: the loss of domain 0 is not finite
    first at linear \[32, 16\], forward
    formula  y = x w\^T \+ b
    input    leaky_relu \[32, 16\]: 512 numbers from -\S+e\+2\d to \S+e\+3\d
    input    parameter linear1.weight \[16, 16\]: 256 numbers from -9.9\d+e\+29 to 9.9\d+e\+29
    input    parameter linear1.bias \[16\]: 16 numbers from \S+e\+29 to \S+e\+29
    gives    512 numbers.*, \d+ infinite
    at nn/mlp.cpp:\d+
    hint: a lower learning rate""")

    def test_a_nonfinite_weight_is_reported_in_its_step_and_not_recorded(self):
        report = self.report(*QUICK[:1], "--hparams", '{"lr": 1e300, "mlp_width": 16}', "--record-every", "1",
                             "--output-dir", "run")[1]
        self.assertRegex(report, r"^sandgrad: step 0: Adam made a weight that is not finite\n"
                                 r"    first at  Adam, linear0.weight\[0,0\]\n"
                                 r"    gradients by domain 16 numbers from ")
        self.assertNotIn("done", os.listdir(self.path("run")))
        self.assertEqual(os.listdir(self.path("run", "checkpoints")), [])
        self.assertFalse(os.path.exists(self.path("run", "results.jsonl"))
                         and self.read("run", "results.jsonl"))


class Disks(Case):
    def test_a_file_in_the_way_or_a_place_that_cannot_be_written_is_an_io_error(self):
        with open(self.path("file"), "w", encoding="utf-8"):
            pass
        for folder in ["file", "file/run", "/proc/run"]:
            self.refused(IO, *QUICK, "--steps", "1", "--output-dir", folder,
                         says=["run directory: cannot create it", folder])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_directory_without_write_permission_is_an_io_error(self):
        os.mkdir(self.path("closed"), 0o500)
        self.refused(IO, *QUICK, "--steps", "1", "--output-dir", "closed/run",
                     says=["run directory: cannot create it"])

    def test_a_full_disk_leaves_nothing_half_written(self):
        failed = set()
        for size in [1024, 2500, 9000, 30000]:
            def limit(size=size):
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            folder = f"run{size}"
            _, stderr = self.run_program("train", "--steps", "4", "--record-every", "1",
                                         "--output-dir", folder, code=IO, preexec_fn=limit)
            failed.add(re.search(r"(?:file|path)\s+\S*/(\S+)", stderr)[1])
            self.assert_nothing_half_written(folder)
            self.assertNotIn("done", os.listdir(self.path(folder)))
        # each size was once the first that did not fit
        self.assertEqual(failed, {"record.json", "step-000000.safetensors"})

    def test_results_that_stdout_cannot_take_are_an_io_error(self):
        for arguments in [["doctor"], [*QUICK, "--steps", "1", "--json"],
                          ["step", "--model", "mlp:2-2", "--slots"]]:
            with open("/dev/full", "w", encoding="utf-8") as full:
                _, stderr = self.run_program(*arguments, code=IO, stdout=full)
            self.assertIn("stdout: writing failed", stderr)

    def test_an_output_that_is_not_a_regular_file_is_not_replaced(self):
        self.refused(IO, "data", "show", "Spirals", "--out", "/dev/full",
                     says=["only a regular file can be replaced"])


class Data(Case):
    def test_missing_files_are_named(self):
        self.refused(MISSING, "train", "--dataset", "ColoredMNIST", "--data-dir", self.folder, "--steps", "1",
                     says=["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte", self.folder, ".gz"])

    def test_a_broken_archive_is_named(self):
        for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]:
            with open(self.path(f"{name}-ubyte.gz"), "wb") as file:
                file.write(b"\x1f\x8b\x08 and what is no gzip stream")
        self.refused(DATA, "train", "--dataset", "ColoredMNIST", "--data-dir", self.folder, "--steps", "1",
                     says=["train-images-idx3-ubyte.gz", "gzip"])

    def assert_png(self, name, width, height):
        with open(self.path(name), "rb") as file:
            content = file.read()
        self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", content[16:24]), (width, height))
        self.assertEqual(content[-8:-4], b"IEND")

    def test_data_can_be_shown(self):
        stdout, _ = self.run_program("data", "show", "spirals", "--out", "dots.png")
        self.assertIn("domain 16 env16    1024 examples of [18]", stdout)
        self.assert_png("dots.png", 6 * 160, 3 * 160)
        self.run_program("data", "show", "ColoredMNIST-IRM", "--digits", "generated", "--examples", "5",
                         "--out", "digits.png")
        self.assert_png("digits.png", 5 * 58 + 2, 3 * 58 + 2)
        stdout, _ = self.run_program("data", "show", "RotatedMNIST", "--digits", "generated",
                                     "--examples", "3", "--out", "turned.png")
        self.assertIn("RotatedMNIST, generated digits, 10 classes\n", stdout)
        self.assertIn("domain 5  75       11666 examples of [1, 28, 28]", stdout)
        self.assert_png("turned.png", 3 * 58 + 2, 6 * 58 + 2)
        self.refused(USAGE, "data", "show", "Spirals", "--examples", "0", says=["1 to 256"])
        self.refused(USAGE, "data", "show", "Spiral", says=["did you mean Spirals?"])


class Photos(Case):
    """Folders of photos, made here: domain/class/image.png, each image of one colour."""

    def write(self, content, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "wb") as file:
            file.write(content)

    def paint(self, colour, *names):
        def chunk(name, data):
            return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        header = struct.pack(">IIBBBBB", 9, 6, 8, 2, 0, 0, 0)  # 9 x 6, RGB
        lines = (b"\0" + bytes(colour) * 9) * 6
        self.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines))
                   + chunk(b"IEND", b""), *names)

    def paint_all(self, folder, domains):
        for number, domain in enumerate(domains):
            for shade in range(10):
                self.paint((250, 20 * shade, 60 * number), folder, domain, "reds", f"{shade}.png")
                self.paint((60 * number, 20 * shade, 250), folder, domain, "blues", f"{shade}.PNG")

    def test_a_folder_is_drawn_and_trained_on(self):
        self.paint_all("mine", ["a", "b", "c"])
        show = ["data", "show", "ImageFolder", "--data-dir", "mine", "--image-size", "16",
                "--out", "grid.png"]
        stdout, stderr = self.run_program(*show)
        self.assertEqual(stderr, "")
        self.assertIn("ImageFolder, 60 images from mine at 16 x 16, 2 classes", stdout)
        self.assertIn("domain 2  c        20 examples of [3, 16, 16]", stdout)
        with open(self.path("grid.png"), "rb") as file:
            plain = file.read()
        self.run_program(*show, "--augment")
        with open(self.path("grid.png"), "rb") as file:
            self.assertNotEqual(plain, file.read())
        train = ["train", "--dataset", "ImageFolder", "--data-dir", "mine", "--image-size", "8",
                 "--algorithm", "ERM", "--steps", "8", "--hparams", '{"lr": 1e-3, "mlp_width": 16}',
                 "--seed", "2"]
        weights = []
        for number, flags in enumerate([["--threads", "2"], ["--threads", "1"], ["--no-augment"]]):
            self.run_program(*train, *flags, "--output-dir", f"run{number}")
            weights.append(json.loads(self.read(f"run{number}", "done"))["weights"])
        self.assertEqual(weights[0], weights[1])
        self.assertNotEqual(weights[0], weights[2])
        config = json.loads(self.read("run0", "record.json"))
        self.assertEqual(len(config["data"]["files"]),
                         sum(domain["examples"] for domain in config["data"]["domains"]))
        self.assertEqual(config["data"]["files"][0]["name"], "a/blues/0.PNG")
        self.assertEqual((config["args"]["image_size"], config["hparams"]["data_augmentation"],
                          config["hparams"]["batch_size"]), (8, 1, 32))

    def test_published_sets_are_found_by_any_spelling_of_their_name(self):
        domains = ["Art", "Clipart", "Product", "Real World"]
        for folder in ["office_home", "all/Office-Home"]:
            self.paint_all(folder, domains)
        for data_dir, found in [(".", "./office_home"), ("all", "all/Office-Home"),
                                ("office_home", "office_home")]:
            stdout, _ = self.run_program("data", "show", "officehome", "--data-dir", data_dir,
                                         "--out", "grid.png")
            self.assertIn(f"OfficeHome, 80 images from {found} at 64 x 64, 2 classes", stdout)
        self.refused(MISSING, "data", "show", "PACS", "--data-dir", "office_home",
                     says=["PACS: its domains were not found",
                           "expected art_painting, cartoon, photo, sketch", "found    Art, Clipart, Product"])
        self.refused(USAGE, "train", "--dataset", "VLCS", says=["VLCS: needs --data-dir"])
        self.refused(MISSING, "data", "show", "ImageFolder", "--data-dir", "nowhere",
                     says=["image folder: cannot be read", "nowhere"])

    def test_unreadable_photos_are_named_or_skipped_with_skip_unreadable(self):
        self.paint_all("mine", ["a", "b"])
        self.write(b"", "mine", "a", "reds", "empty.jpg")
        self.write(b"<html>", "mine", "b", "blues", "bad\nname.png")
        os.mkfifo(self.path("mine", "b", "blues", "pipe.png"))
        self.refused(DATA, "train", "--dataset", "ImageFolder", "--data-dir", "mine", "--steps", "1",
                     "--output-dir", "run",
                     says=["3 of 43 images cannot be read", "mine/a/reds/empty.jpg: an empty file",
                           "bad\\x0aname.png: it cannot be decoded", "pipe.png: not a regular file",
                           "--skip-unreadable"])
        self.assertFalse(os.path.exists(self.path("run")))
        stdout, stderr = self.run_program("data", "show", "ImageFolder", "--data-dir", "mine",
                                          "--skip-unreadable", "--out", "grid.png")
        self.assertIn("40 images from mine at 64 x 64, 3 unreadable ones left out", stdout)
        self.assertEqual(len(stderr.splitlines()), 3)
        self.assertIn("ImageFolder: skipped mine/a/reds/empty.jpg: an empty file\n", stderr)

    def test_only_photos_are_augmented(self):
        self.refused(USAGE, "data", "show", "RotatedMNIST", "--digits", "generated", "--augment",
                     says=["is not augmented"])


class Mnist(Case):
    """The real digits, where they are at hand: in $SANDGRAD_DATA, or where a checkout has them beside it."""

    def setUp(self):
        super().setUp()
        places = [os.environ.get("SANDGRAD_DATA", ""), os.path.join(SOURCE, "../shared/data")]
        self.data = next((place for place in places
                          if place and glob.glob(os.path.join(place, "mnist/train-images*"))), None)
        if self.data is None:
            self.skipTest("no MNIST in $SANDGRAD_DATA")

    def test_coloured_digits_are_trained_on(self):
        stdout, _ = self.run_program("train", "--dataset", "ColoredMNIST", "--data-dir", self.data,
                                     "--model", "MLP", "--hparams", '{"mlp_width": 16}', "--steps", "2",
                                     "--test-envs", "2", "--output-dir", "run")
        self.assertIn("MNIST digits", stdout)
        sizes = [domain["examples"]
                 for domain in json.loads(self.read("run", "record.json"))["data"]["domains"]]
        self.assertEqual(sizes, [23334, 23333, 23333])


class Tools(Case):
    def test_bench_prints_what_it_measured(self):
        for program in ["sandgrad", "sandgrad64"]:
            stdout, _ = self.run_program("bench", "--case", "irm", "--algorithm", "ERM", "--threads", "2",
                                         "--steps", "3", "--domains", "3", "--rows", "40", "--json",
                                         program=program)
            line = json.loads(stdout)
            self.assertEqual(list(line), ["case", "phase", "algorithm", "convolution", "threads", "domains",
                                          "rows", "weights", "ms_per_step", "p10", "p90", "first_step_ms",
                                          "peak_rss_mb", "kernels"])
            self.assertEqual([line[key] for key in ["case", "algorithm", "domains", "rows", "weights"]],
                             ["irm", "ERM", 3, 40, 392 * 390 + 390 + 390 * 390 + 390 + 390 * 2 + 2])
            self.assertTrue(0 < line["p10"] <= line["ms_per_step"] <= line["p90"])

    def test_bench_times_convolutions_and_predictions(self):
        for case, weights in [("mnist", 371394), ("pacs", 242439)]:
            for phase in ["train", "evaluate"]:
                line = json.loads(self.run_program("bench", "--case", case, "--phase", phase, "--steps", "1",
                                                   "--rows", "2", "--json")[0])
                self.assertEqual([line["phase"], line["weights"], line["convolution"]],
                                 [phase, weights, "winograd"])
        self.refused(USAGE, "bench", "--phase", "predict", says=["phase: no such name", "train, evaluate"])

    def test_later_kernels_are_faster(self):
        rate = {}
        for line in self.run_program("bench", "--kernels", "--json")[0].splitlines():
            rate[json.loads(line)["kernel"]] = json.loads(line)["gflops"]
        self.assertLess(rate["naive, y"], rate["direct, y"])
        self.assertIn("of peak", self.run_program("bench", "--kernels")[0])

    def test_doctor_prints_a_block_whose_hashes_do_not_depend_on_threads(self):
        blocks = [self.run_program("doctor", "--threads", threads)[0] for threads in "13"]
        for field in ["sandgrad ", "compiler ", "kernels ", "threads ", "20-step hash ", "CNN hash "]:
            self.assertIn("\n" + field, "\n" + blocks[0])
        hashes = {re.search(r"20-step hash +\w{16}\nCNN hash +\w{16}\n", block)[0] for block in blocks}
        self.assertEqual(len(hashes), 1)

    def openssl_with(self, properties):
        """-> an environment in which libcrypto is configured to take only algorithms with these properties"""
        with open(self.path("openssl.cnf"), "w", encoding="utf-8") as file:
            file.write("openssl_conf = init\n[init]\nalg_section = alg\n[alg]\n"
                       f"default_properties = {properties}\n")
        return {**os.environ, "OPENSSL_CONF": self.path("openssl.cnf")}

    def test_a_libcrypto_set_to_fips_changes_no_seed_and_no_hash(self):
        fips = self.openssl_with("fips=yes")
        self.assertEqual(self.run_program("doctor", env=fips), self.run_program("doctor"))
        command = [*QUICK, "--steps", "2", "--protocol", "domainbed", "--hparams_seed", "1", "--output-dir"]
        self.run_program(*command, "fips", env=fips)
        self.run_program(*command, "plain")
        self.assertEqual(self.read("fips", "done"), self.read("plain", "done"))
        self.run_program("verify", "plain", env=fips)

    def test_doctor_reports_what_it_cannot_compute(self):
        stdout, stderr = self.run_program("doctor", env=self.openssl_with("provider=none"), code=69)
        self.assertIn("kernels ", stdout)
        self.assertIn("20-step hash   none: sha256: libcrypto cannot compute SHA-256 here\n"
                      "    hint: OPENSSL_CONF=/dev/null", stdout)
        self.assertEqual(stderr, "")

    @unittest.skipUnless(platform.machine() in ("x86_64", "AMD64"),
                         "the bits of other processors are not promised")
    def test_a_few_steps_have_the_same_bits_with_every_compiler_and_on_every_machine(self):
        for program, mlp, cnn in [("sandgrad", "96526236ff07bd40", "0f2f93a058b6bd0b"),
                                  ("sandgrad64", "c8b123ba0163da36", "f99141d4e9bf7c4d")]:
            self.assertIn(f"20-step hash   {mlp}\nCNN hash       {cnn}\n",
                          self.run_program("doctor", program=program)[0],
                          "a change of numbers belongs in the changelog, and here")


class Scripts(Case):
    """The scripts on machines where libraries are missing, played by programs of our own on the PATH."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("bin"))
        self.play("dpkg-query",
                  'case "$*" in *libeigen3-dev*|*doctest-dev*) exit 1 ;; *) printf installed ;; esac')
        self.play("cmake", "echo built >&2; exit 3")
        self.play("apt-get", 'echo "apt-get $*" >&2')

    def play(self, name, body):
        with open(self.path("bin", name), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{body}\n")
        os.chmod(self.path("bin", name), 0o755)

    def run_script(self, name, code, path=None):
        path = path or f"{self.path('bin')}:{os.environ['PATH']}"
        done = subprocess.run(["/bin/sh", os.path.join(SOURCE, name)], cwd="/",
                              env={**os.environ, "PATH": path}, encoding="utf-8", stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_a_user_who_may_not_install_gets_the_one_line_to_run(self):
        self.play("id", "echo 1000")
        self.play("sudo", "exit 1")
        self.assertIn("\n    sudo apt-get install -y libeigen3-dev\n",
                      self.run_script("experiments/demo.sh", 69))
        self.assertIn("\n    sudo apt-get install -y libeigen3-dev doctest-dev\n",
                      self.run_script("tests/run.sh", 69))

    def test_root_installs_without_a_question(self):
        self.play("id", "echo 0")
        said = self.run_script("experiments/demo.sh", 3)
        self.assertIn("apt-get install -y --no-install-recommends libeigen3-dev\nbuilt\n", said)
        self.play("id", "echo 1000")
        self.play("sudo", 'shift; echo "sudo $*" >&2; exec "$@"')
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get install",
                      self.run_script("experiments/demo.sh", 3))
        self.play("apt-get", "exit 100")
        self.assertNotIn("built", self.run_script("experiments/demo.sh", 69))

    def test_without_apt_the_libraries_are_listed(self):
        for tool in ["sh", "dirname", "cat"]:
            os.symlink(shutil.which(tool), self.path("bin", tool))
        os.remove(self.path("bin", "apt-get"))
        said = self.run_script("tests/run.sh", 69, path=self.path("bin"))
        for library in ["Eigen 3.4", "nlohmann-json", "zlib", "libcsv", "CLI11", "OpenSSL", "stb", "doctest",
                        "MPFR"]:
            self.assertIn(library, said)

    def repeat(self, program, *arguments, code):
        """-> (stdout, stderr) of repeat.sh with a program played by a shell script, in which $3 is the
        seed"""
        self.play("sandgrad", program)
        environment = {**os.environ, "SANDGRAD": self.path("bin", "sandgrad"), "TMPDIR": self.folder}
        done = subprocess.run(["/bin/sh", os.path.join(SOURCE, "experiments/repeat.sh"), *arguments],
                              encoding="utf-8", check=False, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(os.listdir(self.folder), ["bin"])
        return done.stdout, done.stderr

    def test_repeated_runs_are_counted_with_mean_and_deviation_of_their_last_records(self):
        said = self.repeat("""echo '{"env0_in_acc":0,"env1_in_acc":0}'; """
                           """echo "{\\"env0_in_acc\\":0.$((3 * $3 + 2)),\\"env1_in_acc\\":1}" """,
                           "2", "--algorithm", "ERM", code=0)
        self.assertEqual(said, ("env0    35.00 +- 21.21\nenv1   100.00 +- 0.00\n2 runs\n", ""))

    def test_a_seed_that_fails_is_named_and_fails_the_whole(self):
        stdout, stderr = self.repeat("""[ $3 != 1 ] || exit 77; echo '{"env0_in_acc":0.5}'""", "3", code=77)
        self.assertEqual(stdout, "env0    50.00 +- 0.00\n2 runs, 1 failed\n")
        self.assertEqual(stderr, "repeat.sh: seed 1 failed with exit code 77\n")

    def test_seeds_that_all_fail_have_no_mean(self):
        stdout, stderr = self.repeat("""echo '{"env0_in_acc":0.5}'; exit 65""", "2", code=65)
        self.assertEqual(stdout, "0 runs, 2 failed\n")
        self.assertEqual(len(stderr.splitlines()), 2)

    def test_a_run_stopped_on_request_is_followed_by_no_other(self):
        self.assertEqual(self.repeat("exit 130", "3", code=130),
                         ("0 runs, 1 failed\n", "repeat.sh: seed 0 failed with exit code 130\n"))

    def test_repeating_needs_a_number_of_seeds(self):
        for arguments in [[], ["0"], ["x"], ["--algorithm", "ERM"], ["-1"]]:
            self.assertIn("with at least 1 seed", self.repeat("exit 1", *arguments, code=64)[1])

    def test_every_package_that_cmake_asks_for_is_known_to_the_scripts(self):
        with open(os.path.join(SOURCE, "cmake/Dependencies.cmake"), encoding="utf-8") as file:
            asked = set(re.findall(r"APPEND missing ([\w-]+)", file.read()))
        with open(os.path.join(SOURCE, "cmake/packages.sh"), encoding="utf-8") as file:
            known = file.read()
        self.assertGreater(len(asked), 6)
        for package in asked - {"libbenchmark-dev"}:
            self.assertRegex(known, rf"(?m)^(\w+=)?\W*{package} ")


def main():
    Case.programs = os.path.abspath(sys.argv[1])
    result = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2).result
    if not result.wasSuccessful():
        return 1
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}", flush=True)
    return SKIPPED if result.testsRun == len(result.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
