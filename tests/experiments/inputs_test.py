#!/usr/bin/env python3
"""What a user gives a run: arrays in a folder, digits of other collections, no test domain, more steps, and
photos that were decoded before.

    inputs_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 every test was skipped
"""
import glob
import hashlib
import json
import os
import random
import re
import resource
import shutil
import struct
import subprocess
import sys

import program_test
from program_test import BUSY, DATA, MISSING, USAGE

SMALL = ["--hparams", '{"mlp_width": 4, "mlp_depth": 1, "batch_size": 8}', "--threads", "1"]


class Case(program_test.Case):
    paint, paint_all = program_test.Photos.paint, program_test.Photos.paint_all
    write = program_test.Photos.write

    def bytes_of(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def verified(self, run, steps):
        self.assertIn(f"verified: {steps} steps", self.run_program("verify", run)[0])

    def results(self, run):
        """-> the lines of results.jsonl without what differs from start to start"""
        lines = self.whole_lines(run, "results.jsonl")
        for line in lines:
            del line["step_time"], line["mem_gb"], line["args"]["output_dir"]
        return lines


class NoTestDomains(Case):
    TRAIN = ["train", "--dataset", "Spirals", "--protocol", "domainbed", "--algorithm", "ERM",
             "--steps", "11", "--record-every", "5", *SMALL]

    def test_a_run_without_test_domains_trains_on_all(self):
        stdout, _ = self.run_program(*self.TRAIN, "--test-envs", "none", "--output-dir", "run")
        self.assertIn(", 17 training domains, ", stdout)
        self.assertIn("\n  step        loss  train in  held out   mask: ", stdout)
        self.assertEqual(json.loads(self.read("run", "record.json"))["args"]["test_envs"], [])
        self.verified("run", 11)
        self.assertIn("the run in run is finished",
                      self.run_program(*self.TRAIN, "--test-envs", "none", "--output-dir", "run")[0])
        self.refused(BUSY, *self.TRAIN, "--test-envs", "1", "--output-dir", "run",
                     says=["--test-envs  recorded [], requested [1]"])
        weight = ["--step", "3", "--weight", "linear0.weight[0,0]"]
        self.assertIn("env16", self.run_program("inspect", "run", *weight)[0])

    def test_domainbeds_tables_leave_such_a_run_out(self):
        """DomainBed groups the lines by each of their test domains."""
        self.run_program(*self.TRAIN, "--test-envs", "none", "--output-dir", "run")
        groups = {}
        for line in self.whole_lines("run", "results.jsonl"):
            for test_env in line["args"]["test_envs"]:
                groups.setdefault(test_env, []).append(line)
            self.assertEqual(sum(re.fullmatch(r"env\d+_in_acc", key) is not None for key in line), 17)
        self.assertEqual(groups, {})

    def test_none_and_a_number_are_refused(self):
        self.refused(USAGE, *self.TRAIN, "--test-envs", "0", "none", says=["test-envs: none and a number"])
        self.refused(USAGE, *self.TRAIN, "--test-envs", "-1", says=["must be in 0 .. 4096, found -1"])
        self.refused(USAGE, *self.TRAIN, "--test-envs", "nine", says=["--test-envs"])

    def test_a_record_that_says_minus_one_is_refused(self):
        self.run_program(*self.TRAIN, "--test-envs", "none", "--output-dir", "run")
        record = json.loads(self.read("run", "record.json"))
        record["args"]["test_envs"] = [-1]
        self.write(json.dumps(record).encode(), "run", "record.json")
        self.refused(DATA, "verify", "run", says=["record: the settings are invalid"])


class MoreSteps(Case):
    def train(self, run, steps, *more, code=0, **options):
        return self.run_program("train", "--protocol", "domainbed", "--algorithm", "ERM", *SMALL, "--steps",
                                str(steps), "--record-every", "10", *more, "--output-dir", run, code=code,
                                **options)

    def assert_same_runs(self, longer, whole):
        self.assertEqual(self.results(longer), self.results(whole))
        files = ["metrics.jsonl", "weights.safetensors", "done", "record.json"]
        names = sorted(os.listdir(self.path(whole, "checkpoints")))
        self.assertEqual(sorted(os.listdir(self.path(longer, "checkpoints"))), names)
        for name in files + [os.path.join("checkpoints", name) for name in names]:
            self.assertEqual(self.bytes_of(longer, name), self.bytes_of(whole, name), name)

    def test_a_finished_run_goes_on_as_if_it_had_begun_with_more_steps(self):
        for number, (short, more) in enumerate([(21, []), (26, []), (31, ["--evaluate-every", "20"]),
                                                (21, ["--test-at-end"]), (1, [])]):
            with self.subTest(short=short, more=more):
                longer, whole = f"longer{number}", f"whole{number}"
                self.train(longer, short, *more)
                stdout, _ = self.train(longer, 61, *more)
                self.assertRegex(stdout, r"(?m)^goes on after step \d+, to 61 steps$")
                self.train(whole, 61, *more)
                self.assert_same_runs(longer, whole)
                self.verified(longer, 61)

    def test_the_last_record_of_the_shorter_run_stays_only_if_the_longer_run_makes_it(self):
        self.train("run", 21)
        self.assertIn("goes on after step 20, to 41 steps\n", self.train("run", 41)[0])
        self.train("other", 26)
        self.assertIn(25, [line["step"] for line in self.whole_lines("other", "results.jsonl")])
        self.assertIn("goes on after step 20, to 41 steps\n", self.train("other", 41)[0])
        self.assertNotIn(25, [line["step"] for line in self.whole_lines("other", "results.jsonl")])
        self.assertNotRegex(self.read("other", "out.txt"), r"(?m)^    25  ")

    def test_a_stopped_run_goes_on_too_and_more_than_once(self):
        self.train("run", 26)
        self.train("run", 45)
        os.remove(self.path("run", "done"))
        os.remove(self.path("run", "checkpoints", "step-000044.safetensors"))
        self.train("run", 61)
        self.train("whole", 61)
        self.assertEqual(self.results("run"), self.results("whole"))
        self.verified("run", 61)

    def test_fewer_steps_are_refused(self):
        self.train("run", 21)
        before = self.bytes_of("run", "record.json")
        _, stderr = self.train("run", 11, code=BUSY)
        self.assertIn("run directory: its run has more steps already\n    --steps  recorded 21, requested "
                      "11\n    hint: --steps 21 resumes it, a larger number lets it go on; --fresh ", stderr)
        self.assertEqual(self.bytes_of("run", "record.json"), before)
        self.assertIn("is finished", self.train("run", 21)[0])

    def test_other_settings_are_refused_with_more_steps_too(self):
        self.train("run", 21)
        _, stderr = self.train("run", 31, "--seed", "3", code=BUSY)
        self.assertIn("it holds a run with other settings\n    --seed   recorded 0, requested 3\n"
                      "    --steps  recorded 21, requested 31\n", stderr)

    def test_a_run_whose_learning_rate_would_have_fallen_later_is_refused(self):
        ilc = ["--protocol", "ilc", "--test-envs", "0"]
        train = lambda steps, **options: self.run_program(
            "train", "--algorithm", "ERM", *SMALL, *ilc, "--record-every", "10", "--steps", str(steps),
            "--output-dir", "run", **options)
        train(40)
        before = {name: self.bytes_of("run", name) for name in os.listdir(self.path("run"))
                  if os.path.isfile(self.path("run", name))}
        _, stderr = train(80, code=BUSY)
        for text in ["run directory: its run cannot go on to more steps\n    recorded  40 steps\n",
                     "    requested 80 steps\n    but       the learning rate falls in step 30 of 40, but in "
                     "step 60 of 80\n", "    needed    a checkpoint of a step before 30\n",
                     "    found     checkpoints of steps 30, 39\n    hint: --fresh "]:
            self.assertIn(text, stderr)
        for name, content in before.items():
            self.assertEqual(self.bytes_of("run", name), content)
        self.verified("run", 40)

    def test_a_run_killed_while_it_is_made_longer_goes_on_with_more_steps(self):
        if shutil.which("strace") is None:
            self.skipTest("there is no strace")
        self.train("short", 26)
        self.train("whole", 61)
        command = [os.path.join(self.programs, "sandgrad"), "train", "--protocol", "domainbed", "--algorithm",
                   "ERM", *SMALL, "--steps", "61", "--record-every", "10", "--output-dir", "run"]
        for number in range(1, 40):
            shutil.copytree(self.path("short"), self.path("run"))
            calls = "renameat,unlinkat,ftruncate"
            done = subprocess.run(["strace", "-f", "-o", "/dev/null", "-E", "ASAN_OPTIONS=detect_leaks=0",
                                   "-e", f"trace={calls}", "-e",
                                   f"inject={calls}:signal=SIGKILL:when={number}", *command],
                                  cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  timeout=100, check=False)
            if done.returncode == 0:
                break
            self.train("run", 61)
            self.assertEqual(self.results("run"), self.results("whole"), f"killed in call {number}")
            for name in ["metrics.jsonl", "record.json", "done", "weights.safetensors"]:
                self.assertEqual(self.bytes_of("run", name), self.bytes_of("whole", name), name)
            self.verified("run", 61)
            shutil.rmtree(self.path("run"))
        self.assertGreater(number, 8)
        self.assertLess(number, 39)


class PhotoCaches(Case):
    def setUp(self):
        super().setUp()
        self.paint_all("mine", ["a", "b"])

    def train(self, *more, run="runs/one", code=0, **options):
        return self.run_program("train", "--dataset", "ImageFolder", "--data-dir", "mine",
                                "--image-size", "8", "--algorithm", "ERM", "--steps", "2",
                                "--hparams", '{"mlp_width": 8, "batch_size": 4}', "--output-dir", run, *more,
                                code=code, **options)

    def caches(self, folder="runs"):
        return glob.glob(self.path(folder, "photos-*.cache"))

    def decodes(self, *more, side="8"):
        """-> whether a start decodes photos: whether it starts decoder processes"""
        counts = self.path("counts")
        arguments = ["data", "show", "ImageFolder", "--data-dir", "mine", "--image-size", side, *more]
        done = subprocess.run(["strace", "-f", "-qq", "-o", counts, "-E", "ASAN_OPTIONS=detect_leaks=0", "-e",
                               "trace=clone,fork,vfork", os.path.join(self.programs, "sandgrad"), *arguments],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", check=False, timeout=100)
        self.assertEqual(done.returncode, 0, done.stdout)
        with open(counts, encoding="utf-8") as file:
            return any(re.search(r"(clone\(child_stack=NULL|v?fork\()", line) for line in file)

    def test_the_second_start_does_not_decode(self):
        if shutil.which("strace") is None:
            self.skipTest("there is no strace")
        self.assertTrue(self.decodes("--photo-cache", "kept"))
        self.assertEqual(len(self.caches("kept")), 1)
        self.assertFalse(self.decodes("--photo-cache", "kept"))
        self.assertTrue(self.decodes("--photo-cache", "kept", side="16"))
        self.assertTrue(self.decodes("--photo-cache", "kept", "--turn-photos"))
        self.assertTrue(self.decodes())
        os.rename(self.path("mine", "a"), self.path("mine", "z"))  # names do not matter
        self.assertFalse(self.decodes("--photo-cache", "kept"))
        self.paint((1, 2, 3), "mine", "b", "reds", "0.png")
        self.assertTrue(self.decodes("--photo-cache", "kept"))

    def test_a_run_has_the_same_bits_with_and_without_a_cache(self):
        without, _ = self.train("--photo-cache", "none", run="plain")
        self.assertEqual(self.caches(""), [])
        first, _ = self.train()
        self.assertEqual(len(self.caches()), 1)
        second, stderr = self.train(run="runs/two")
        self.assertRegex(stderr, program_test.MEMORY)
        for other in [first, second]:
            self.assertEqual(other.splitlines()[-1], without.splitlines()[-1])
        self.assertEqual(self.bytes_of("runs/one/record.json"), self.bytes_of("runs/two/record.json"))
        self.assertEqual(self.bytes_of("plain/record.json"), self.bytes_of("runs/two/record.json"))
        self.verified("runs/two", 2)

    def test_a_damaged_or_foreign_cache_is_noted_and_written_again(self):
        self.train()
        cache, = self.caches()
        good = self.bytes_of(cache)
        flipped = bytearray(good)
        flipped[-200] ^= 1
        other = bytearray(good)
        other[100] ^= 1  # a hash of a photo
        for content, why in [(bytes(flipped), "it is damaged: its SHA-256 differs"),
                             (good[:-1], "another length"), (b"", "another length"),
                             (bytes(other), "it does not hold these photos"),
                             (good.replace(b"decoder 1", b"decoder 0"), "it does not hold these photos"),
                             (good[:96] + good[-64:], "it does not hold these photos")]:
            with self.subTest(why):
                with open(cache, "wb") as file:
                    file.write(content)
                _, stderr = self.train("--fresh")
                self.assertIn("the cache of photos is not used, and written again: ", stderr)
                self.assertIn(why, stderr)
                self.assertEqual(self.bytes_of(cache), good)
        os.remove(cache)
        os.mkdir(cache)
        _, stderr = self.train("--fresh")
        self.assertIn("the cache of photos is not used", stderr)
        self.assertIn("the cache of photos was not written, the next start decodes them again: ", stderr)

    def test_a_replay_does_not_trust_a_cache(self):
        """Whoever made the run may have made the cache."""
        self.train()
        cache, = self.caches()
        content = bytearray(self.bytes_of(cache))
        content[-100] ^= 255
        content[-64:] = hashlib.sha256(content[:-64]).hexdigest().encode()
        with open(cache, "wb") as file:
            file.write(content)
        self.train("--fresh")
        self.assertIn("differ", "".join(self.run_program("verify", "runs/one", code=DATA)))

    def test_two_starts_at_once_keep_a_whole_cache(self):
        runs = [subprocess.Popen([os.path.join(self.programs, "sandgrad"), "data", "check", "--dataset",
                                  "ImageFolder", "--data-dir", "mine", "--photo-cache", "kept"],
                                 cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                for _ in range(4)]
        said = [run.communicate(timeout=100)[0] for run in runs]
        self.assertEqual(len(set(said)), 1)
        self.assertEqual(len(os.listdir(self.path("kept"))), 1)
        self.assertEqual(self.run_program("data", "check", "--dataset", "ImageFolder", "--data-dir", "mine",
                                          "--photo-cache", "kept", code=runs[0].returncode)[1], "")

    def test_a_full_disk_costs_only_the_cache(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, resource.RLIM_INFINITY))
        stdout, stderr = self.run_program(
            "sh", "-c", 'trap "" XFSZ; exec "$0" "$@"', os.path.join(self.programs, "sandgrad"), "data",
            "show", "ImageFolder", "--data-dir", "mine", "--image-size", "16", "--photo-cache", "kept",
            "--out", "grid.png", program="/usr/bin/env", preexec_fn=limit)
        self.assertIn("40 images", stdout)
        self.assertIn("the cache of photos was not written, the next start decodes them again: ", stderr)
        self.assertIn("File too large", stderr)
        self.assertEqual(os.listdir(self.path("kept")), [])

    def test_the_run_directory_is_no_place_for_a_cache(self):
        self.train("--photo-cache", "runs/one", code=USAGE)
        self.assertFalse(os.path.exists(self.path("runs")))

    def test_photos_that_cannot_be_read_are_decoded_again(self):
        self.write(b"no photo", "mine", "a", "reds", "x.png")
        for _ in range(2):
            _, stderr = self.train("--skip-unreadable", "--fresh")
            self.assertIn("skipped mine/a/reds/x.png: it cannot be decoded", stderr)
            self.assertNotIn("cache", stderr)


class OtherDigits(Case):
    def write_part(self, before, labels, *folders):
        dice = random.Random(1)
        pixels = dice.randbytes(784 * len(labels))
        for name, sizes, body in [("images-idx3-ubyte", [len(labels), 28, 28], pixels),
                                  ("labels-idx1-ubyte", [len(labels)], bytes(labels))]:
            self.write(struct.pack(f">4B{len(sizes)}I", 0, 0, 8, len(sizes), *sizes) + body,
                       *folders, f"{before}-{name}")

    def test_letters_of_emnist_are_trained_on(self):
        for before in ["emnist-letters-train", "emnist-letters-test"]:
            self.write_part(before, [1 + i % 26 for i in range(520)], "data", "EMNIST", "raw")
        train = ["train", "--data-dir", "data", "--digits", "emnist-letters", "--model", "MLP", "--algorithm",
                 "ERM", "--steps", "2", *SMALL]
        self.run_program(*train, "--dataset", "RotatedMNIST", "--output-dir", "run")
        record = json.loads(self.read("run", "record.json"))
        self.assertEqual(record["data"]["source"], "EMNIST letters images from data")
        self.assertEqual(record["data"]["classes"], list("abcdefghijklmnopqrstuvwxyz"))
        self.assertEqual(record["data"]["files"][0]["name"],
                         "EMNIST/raw/emnist-letters-train-images-idx3-ubyte")
        self.verified("run", 2)
        _, stderr = self.run_program(*train, "--dataset", "ColoredMNIST")
        self.assertIn("ColoredMNIST: class 1 is a to m, class 0 is n to z\n", stderr)

    def test_a_collection_needs_its_folder(self):
        self.refused(USAGE, "train", "--dataset", "RotatedMNIST", "--digits", "kmnist",
                     says=["digits: kmnist needs --data-dir"])
        self.refused(USAGE, "train", "--dataset", "RotatedMNIST", "--digits", "fashion",
                     says=["did you mean fashion-mnist?"])


class ArrayFolders(Case):
    ARRAYS = ["--dataset", "Arrays", "--data-file", "arrays"]

    def save(self, name, kind, shape, content):
        header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
        header += b" " * (-(len(header) + 11) % 64) + b"\n"
        self.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + content, "arrays", name)

    def save_all(self, n=60, first_label=0):
        dice = random.Random(1)
        self.save("x.npy", "<f8", (n, 5),
                  struct.pack(f"<{5 * n}d", *(dice.gauss(0, 1) for _ in range(5 * n))))
        self.save("y.npy", "<i8", (n,), struct.pack(f"<{n}q", *(first_label + i % 2 for i in range(n))))
        self.save("domain.npy", "<i4", (n,), struct.pack(f"<{n}i", *(i % 3 for i in range(n))))

    def test_a_folder_of_arrays_is_trained_on_and_verified_where_it_has_moved(self):
        self.save_all()
        self.assertIn("Arrays, 60 examples from arrays\n", self.run_program("data", "check", *self.ARRAYS)[0])
        train = ["train", *self.ARRAYS, "--algorithm", "ERM", "--steps", "3", *SMALL]
        self.run_program(*train, "--output-dir", "run")
        files = json.loads(self.read("run", "record.json"))["data"]["files"]
        self.assertEqual([file["name"] for file in files], ["x.npy", "y.npy", "domain.npy"])
        self.verified("run", 3)
        os.mkdir(self.path("elsewhere"))
        shutil.move(self.path("arrays"), self.path("elsewhere", "arrays"))
        self.refused(MISSING, "verify", "run", says=["name the present data directory with --data-dir"])
        self.assertIn("verified: 3 steps", self.run_program("verify", "run", "--data-dir", "elsewhere")[0])

    def test_labels_that_do_not_count_from_0_are_told(self):
        self.save_all(first_label=7)
        self.assertEqual(self.run_program("data", "check", *self.ARRAYS)[1],
                         "Arrays: classes: 0 = 7, 1 = 8\n")
        self.save_all()
        self.assertEqual(self.run_program("data", "check", *self.ARRAYS)[1], "")

    def test_a_folder_that_lacks_a_file_says_which_ones_it_has(self):
        self.save_all()
        os.rename(self.path("arrays", "y.npy"), self.path("arrays", "labels.npy"))
        self.refused(MISSING, "data", "check", *self.ARRAYS,
                     says=["arrays: the folder lacks a file\n    folder   arrays\n    expected x.npy, y.npy "
                           "and domain.npy\n    missing  y.npy\n    found    domain.npy, labels.npy, "
                           "x.npy\n"])


if __name__ == "__main__":
    sys.exit(program_test.main())
