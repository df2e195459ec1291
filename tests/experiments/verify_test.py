#!/usr/bin/env python3
"""Recorded runs are made again: what is as it was is verified, and whatever was changed is named.

    verify_test.py FOLDER_OF_THE_PROGRAMS [--faults N]      exit: 0 passed, 1 failed
"""
import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import struct
import sys
import tempfile
import unittest

from program_test import DATA, MISSING, USAGE, Case

RUN = ["train", "--dataset", "ColoredMNIST", "--data-dir", "data", "--model", "MLP", "--hparams",
       '{"batch_size": 8, "mlp_width": 4, "tau": 0.4}', "--steps", "13", "--record-every", "4", "--threads", "1"]
arguments = None


def write_digits(folder, count, seed):
    """MNIST's four files, with the same noise for digits in both parts."""
    dice = random.Random(seed)
    for name, head, body in [("images-idx3-ubyte", struct.pack(">IIII", 0x803, count, 28, 28), dice.randbytes(count * 784)),
                             ("labels-idx1-ubyte", struct.pack(">II", 0x801, count), bytes(dice.randrange(10) for _ in range(count)))]:
        for part in ["train", "t10k"]:
            with open(os.path.join(folder, f"{part}-{name}"), "wb") as file:
                file.write(head + body)


class Verify(Case):
    """One run, and the data that it was made from; every test has a copy of both."""
    recorded = None

    def setUp(self):
        super().setUp()
        if Verify.recorded is None:
            Verify.recorded = tempfile.mkdtemp(prefix="sandgrad-")
            self.addClassCleanup(shutil.rmtree, Verify.recorded)
            os.mkdir(os.path.join(Verify.recorded, "data"))
            write_digits(os.path.join(Verify.recorded, "data"), 120, 1)
            self.run_program(*RUN, "--output-dir", "run", cwd=Verify.recorded)
        self.restore()

    def restore(self):
        shutil.rmtree(self.folder)
        shutil.copytree(Verify.recorded, self.folder)

    def verify(self, *words, code=0, **options):
        """-> all that it says"""
        return "".join(self.run_program("verify", "run", *words, code=code, **options))

    def change(self, file, edit):
        with open(self.path(file), "rb") as old:
            content = edit(bytearray(old.read()))
        with open(self.path(file), "wb") as new:
            new.write(content)

    def change_line(self, file, number, edit):
        def changed(content):
            lines = content.decode().splitlines()
            line = json.loads(lines[number])
            edit(line)
            lines[number] = json.dumps(line)
            return ("\n".join(lines) + "\n").encode()
        self.change(file, changed)

    def checkpoints(self):
        return sorted(os.listdir(self.path("run", "checkpoints")))

    def test_a_run_is_verified_whole_and_in_parts_with_any_number_of_threads(self):
        self.assertIn("verified: 13 steps, 4 records, ", self.verify())
        self.assertIn("bit-identical", self.verify("--threads", "3"))
        first = int(re.search(r"\d+", self.checkpoints()[0])[0])
        self.assertIn(f"verified: {12 - first} step", self.verify("--from-step", str(first)))
        self.assertIn("verified: 6 steps, 2 records, ", self.verify("--to-step", "5"))

    def test_steps_without_a_checkpoint_are_refused_with_those_that_have_one(self):
        self.assertIn("there are", self.verify("--from-step", "1", code=USAGE))
        self.run_program("verify", "nothing", code=MISSING)

    def test_a_run_is_verified_from_another_place(self):
        os.rename(self.path("data"), self.path("elsewhere"))
        self.verify(code=MISSING)
        self.assertIn("bit-identical", self.verify("--data-dir", "elsewhere"))

    def test_a_changed_line_is_told_from_a_changed_weight(self):
        self.change_line("run/metrics.jsonl", 2, lambda line: line.update(loss=line["loss"] + 1e-12))
        said = self.verify(code=DATA)
        self.assertIn("step 8: metrics.jsonl differs", said)
        self.assertIn("at        loss", said)
        self.assertIn("the last record that agrees is of  step 4", said)
        self.assertIn("the weights are the same", said)

    def test_a_weight_that_was_changed_with_its_hash_is_named(self):
        name = "run/checkpoints/" + self.checkpoints()[-1]

        def edit(content):
            size = struct.unpack("<Q", content[:8])[0]
            place = json.loads(content[8:8 + size])["linear1.weight"]["data_offsets"][0] + 8 + size + 4 * 5  # [1, 1] of [4, 4]
            content[place] ^= 1
            at = content.index(b'"sha256":"') + 10
            content[at:at + 64] = b"0" * 64
            content[at:at + 64] = hashlib.sha256(content).hexdigest().encode()
            return content
        self.change(name, edit)
        said = self.verify(code=DATA)
        self.assertIn("the weights differ in 1 of ", said)
        self.assertIn("linear1.weight[1,1]: recorded ", said)

    def test_missing_and_doubled_lines_are_named(self):
        for file in ("metrics.jsonl", "results.jsonl"):
            for lines in ([0, 1, 3], [0, 1, 1, 2, 3]):
                self.restore()
                self.change(f"run/{file}", lambda content, lines=lines: b"".join(content.splitlines(True)[i] for i in lines))
                self.assertIn(f"{file}: a line is missing, doubled or out of order", self.verify(code=DATA))

    def test_what_stands_at_the_end_is_compared(self):
        self.change("run/weights.safetensors", lambda content: content[:-1] + bytes([content[-1] ^ 1]))
        self.assertIn("weights.safetensors: the numbers differ in 1 of ", self.verify(code=DATA))

    def flip_a_bit(self, file, first, dice):
        """Of any byte from the first on."""
        place, bit = dice.randrange(first, os.path.getsize(self.path(file))), 1 << dice.randrange(8)
        self.change(file, lambda content: content[:place] + bytes([content[place] ^ bit]) + content[place + 1:])

    def test_planted_faults_are_named(self):
        dice = random.Random(7)
        for number in range(arguments.faults):
            self.restore()
            if number % 3 == 0:
                file = "data/train-" + dice.choice(["images-idx3", "labels-idx1"]) + "-ubyte"
                self.flip_a_bit(file, 16, dice)
                named = os.path.basename(file)
            elif number % 3 == 1:
                seed = dice.choice(["seed", "trial_seed", "hparams_seed"])
                other = f'"{seed}": {dice.randrange(1, 1000)}'
                self.change("run/record.json", lambda content: re.sub(f'"{seed}": \\d+', other, content.decode()).encode())
                named = f"args/{seed}\n"
            else:
                file = "run/checkpoints/" + dice.choice(self.checkpoints())
                self.flip_a_bit(file, 8, dice)
                named = os.path.basename(file)
            self.assertIn(named, self.verify(code=DATA))

    def test_a_second_opinion_in_double_agrees(self):
        said = self.verify("--second-opinion")
        worst = [float(line.split()[-1]) for line in said.splitlines() if line.startswith("    step")]
        self.assertEqual(len(worst), 3 * 6)  # steps, tensors
        self.assertLess(max(worst), 1e-4)
        self.assertGreater(max(worst), 0)

    def alone(self):
        """-> a folder that has this program and not yet sandgrad64"""
        os.mkdir(self.path("bin"))
        shutil.copy(os.path.join(self.programs, "sandgrad"), self.path("bin"))
        return self.path("bin")

    def test_a_second_opinion_that_is_not_given_is_a_failure(self):
        sandgrad64 = os.path.join(self.alone(), "sandgrad64")
        for does, code in [("exit 70", 70), ("kill -9 $$", 128 + signal.SIGKILL)]:
            with open(sandgrad64, "w", encoding="utf-8") as script:
                script.write(f"#!/bin/sh\n{does}\n")
            os.chmod(sandgrad64, 0o755)
            said = self.verify("--second-opinion", code=DATA, program=self.path("bin", "sandgrad"))
            self.assertIn(f"the second opinion was not given\n    exit code of sandgrad64  {code}\n", said)
            self.assertIn("NOT verified: run", said)
            self.assertNotIn("bit-identical", said)

    def test_a_second_opinion_needs_the_other_program_beside_this_one(self):
        said = self.verify("--second-opinion", code=MISSING, program=os.path.join(self.alone(), "sandgrad"))
        self.assertIn(f"looked for {self.path('bin', 'sandgrad64')}\n    hint: ", said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--faults", type=int, default=9)
    arguments = parser.parse_args()
    Case.programs = os.path.abspath(arguments.programs)
    unittest.main(argv=sys.argv[:1])
