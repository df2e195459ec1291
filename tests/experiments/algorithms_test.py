#!/usr/bin/env python3
"""Every algorithm from outside: a run of it is the same for any number of threads, verified, and explained at
random steps.

    algorithms_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed
"""
import json
import random
import shutil
import sys

import program_test
from program_test import USAGE

STEPS, LOOKS = 30, 100  # updates of a run; updates that are explained, over all algorithms
OPTIMIZERS = ("adam", "sgd")
SMALL = {"mlp_width": 6, "mlp_depth": 1, "batch_size": 16, "weight_decay": 0}
COMPOSED = [("IRM", "SANDMask"), ("CORAL", "UPGrad"), ("Fish", "ANDMask"), ("MLDG", "TrimmedMean")]


class Case(program_test.Case):
    def algorithms(self):
        return json.loads(self.run_program("algorithms", "--json")[0])["algorithms"]

    def train(self, name, combiner, run, threads):
        hparams = json.dumps(SMALL | ({"tau": 0.3} if "SANDMask" in name + combiner else {}))
        self.run_program("train", "--algorithm", name, *["--combiner", combiner][:2 * bool(combiner)],
                         "--hparams", hparams, "--steps", str(STEPS), "--record-every", "10",
                         "--output-dir", run, "--threads", str(threads))
        return self.read(run, "done")

    def explained(self, run, step, weight):
        """-> the explanation, and what it says of the optimizer"""
        line = self.run_program("inspect", run, "--step", str(step), "--weight", weight, "--json",
                                "--threads", "1")[0]
        told = json.loads(line)
        return told, next(told[name] for name in OPTIMIZERS if name in told)


class Replay(Case):
    def test_a_run_of_every_algorithm_is_verified_and_explained_at_random_steps(self):
        draw = random.Random(13)
        every = [(row["name"], "") for row in self.algorithms()] + COMPOSED
        self.assertGreater(len(every), 40)
        looks = 0
        for place, (name, combiner) in enumerate(every):
            with self.subTest(name, combiner=combiner):
                shutil.rmtree(self.path("run"), ignore_errors=True)
                self.train(name, combiner, "run", 2)
                self.assertIn(f"verified: {STEPS} steps", self.run_program("verify", "run")[0])
                while looks < LOOKS * (place + 1) / len(every):
                    looks += 1
                    step = draw.randrange(STEPS - 1)
                    weight = f"linear0.weight[{draw.randrange(6)},{draw.randrange(18)}]"
                    now, moved = self.explained("run", step, weight)
                    self.assertEqual(moved["gradient"], now["mask"]["direction"])
                    self.assertEqual(moved["after"], self.explained("run", step + 1, weight)[1]["weight"])
                    self.assertTrue(all("here" in domain for domain in now["domains"])
                                    if name in ("IGA", "MLDG", "Fish")
                                    else not any("here" in domain for domain in now["domains"]))
        self.assertGreaterEqual(looks, LOOKS)


class Threads(Case):
    def test_a_run_of_every_algorithm_has_the_same_bits_for_any_number_of_threads(self):
        for name, combiner in [(row["name"], "") for row in self.algorithms()] + COMPOSED:
            with self.subTest(name, combiner=combiner):
                done = [self.train(name, combiner, f"{name}{combiner}{threads}", threads)
                        for threads in (1, 2, 3, 7)]
                self.assertEqual(len(set(done)), 1)


class Choice(Case):
    def test_every_algorithm_says_what_it_is(self):
        sees = {"columns", "Gram matrix", "losses", "nothing", "outputs", "features", "inputs", "gradients"}
        for row in self.algorithms():
            with self.subTest(row["name"]):
                self.assertIn(row["looks_at"], sees)
                self.assertGreaterEqual(row["fewest_domains"], 1)
                self.assertTrue(row["formula"] and row["about"] and row["source"])
                for rule in row["hparams"]:
                    self.assertTrue(rule["name"] and rule["meaning"])

    def test_wrong_names_are_answered_with_the_right_ones(self):
        for words, says in [(["--algorithm", "UpGrda"], ["UPGrad"]),
                            (["--algorithm", "DANN"], ["a second network is trained against the first"]),
                            (["--algorithm", "IRM", "--combiner", "SandMsk"], ["SANDMask"]),
                            (["--algorithm", "PCGrad", "--combiner", "ANDMask"], ["is a combiner itself"]),
                            (["--algorithm", "CAGrad", "--hparams", '{"cc": 1}'], ["did you mean c"]),
                            (["--algorithm", "Fish", "--optimizer", "adam"], ["Fish decides how"]),
                            (["--algorithm", "TrimmedMean", "--hparams", '{"trim_number": -1}'],
                             ["trim_number"])]:
            with self.subTest(words):
                self.refused(USAGE, "train", *words, says=says)

    def test_too_few_domains_are_refused(self):
        but_two = [str(domain) for domain in range(2, 17)]
        self.refused(USAGE, "train", "--algorithm", "Krum", "--test-envs", *but_two, says=["Krum", "domains"])


if __name__ == "__main__":
    sys.exit(program_test.main())
