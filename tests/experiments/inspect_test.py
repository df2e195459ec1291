#!/usr/bin/env python3
"""`sandgrad inspect`: weights of recorded runs, whose every number follows from the printed ones, \
whatever became of the checkpoints.

    inspect_test.py FOLDER_OF_THE_PROGRAMS [--pairs N]      exit: 0 passed, 1 failed

--pairs: so many random (step, weight) pairs are followed, not 120.
"""
import argparse
import json
import math
import os
import random
import re
import shutil
import sys
import tempfile
import unittest

import program_test
from program_test import DATA, MISSING, USAGE
from explanation_numbers import (agreement, argument, direction_of, float32, mask_and_average, moments, moved,
                                 named, number_at, ulps)
from verify_test import write_digits

COMMON = ["--data-dir", "data", "--evaluate-examples", "8", "--record-every", "4", "--threads", "1"]
STEPS = {"sand": 12, "and": 12, "cnn": 5, "cnn-direct": 5}
RUNS = {
    "sand": ["--dataset", "Spirals",
             "--hparams", '{"batch_size": 16, "mlp_width": 16, "tau": 0.2, "k": 1e-2, "weight_decay": 0.01}'],
    "and": ["--dataset", "RotatedMNIST", "--algorithm", "ANDMask", "--model", "MLP",
            "--decoupled-decay", "--mask-update",
            "--hparams", '{"batch_size": 16, "mlp_width": 16, "tau": 0.5, "weight_decay": 0.1, "lr": 0.01}'],
    "cnn": ["--dataset", "ColoredMNIST", "--model", "MNIST_CNN",
            "--hparams", '{"batch_size": 4, "tau": 0.4, "weight_decay": 0.01}'],
    "cnn-direct": ["--dataset", "ColoredMNIST", "--model", "MNIST_CNN", "--convolution", "direct",
                   "--hparams", '{"batch_size": 5, "tau": 0.4, "k": 1e-6, "rescale": 0}'],
}
arguments = None


class Case(program_test.Case):
    """The tests of a class share a folder and the runs in it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="sandgrad-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        data = os.path.join(cls.folder, "data")
        os.mkdir(data)
        write_digits(data, 120, 1)

    def setUp(self):
        pass

    def recorded(self, name, copy=None):
        """The run with this name, or a copy of it."""
        if not os.path.exists(self.path(name)):
            self.run_program(*self.training(name), "--output-dir", name)
        if copy:
            shutil.rmtree(self.path(copy), ignore_errors=True)
            shutil.copytree(self.path(name), self.path(copy))
        return copy or name

    def training(self, name):
        return ["train", *RUNS[name], "--steps", str(STEPS[name]), *COMMON]

    def slots(self, run):
        return json.loads(self.read(run, "record.json"))["parameters"]

    def checkpoints(self, run):
        return sorted(int(re.search(r"\d+", name)[0]) for name in os.listdir(self.path(run, "checkpoints")))

    def checkpoint(self, run, step):
        return self.path(run, "checkpoints", f"step-{step:06}.safetensors")

    def inspected(self, run, step, weights, *more):
        asked = [word for weight in weights for word in ("--weight", weight)]
        return self.run_program("inspect", run, "--step", str(step), "--threads", "1", *asked, *more)

    def explanations(self, run, step, weights):
        told = [json.loads(line) for line in self.inspected(run, step, weights, "--json")[0].splitlines()]
        self.assertEqual([(explanation["weight"], explanation["step"]) for explanation in told],
                         [(weight, step) for weight in weights])
        return told


class Pairs(Case):
    def near(self, told, anew, relative, scale=0.0):
        told = float(told)  # "inf", too
        self.assertLessEqual(0 if told == anew else abs(told - anew), relative * (abs(anew) + scale))

    def sums(self, explanation, worst):
        """Compares rows of examples with the gradients of domains. -> the gradients"""
        for domain in explanation["domains"]:
            rows = [example["gradient"] for example in domain["examples"]]
            magnitudes = math.fsum(map(abs, rows))
            self.near(domain["sum"], math.fsum(rows), 1e-14, magnitudes)
            self.near(domain["magnitudes"], magnitudes, 1e-14)
            self.assertLessEqual(abs(domain["gradient"]), domain["largest"])
            off = abs(domain["gradient"] - domain["sum"])
            for name, scale in [("A", magnitudes), ("G", domain["largest"]),
                                ("A + G", magnitudes + domain["largest"])]:
                worst[name] = max(worst.get(name, 0.0), off / scale if scale else math.inf if off else 0.0)
        return [domain["gradient"] for domain in explanation["domains"]]

    def way(self, told, after, g, adam, worst):
        """Recomputes one method's numbers, each from the numbers before it."""
        s, variance = agreement(g)[2::2]
        mask, average = mask_and_average(told["method"], g, told.get("tau"), told.get("k"), float32)
        if "argument" in told:
            self.near(told["variance"], variance, 1e-12)
            self.near(told["argument"], argument(s, variance, told["tau"], told["k"]), 1e-12)
        direction = direction_of(told, mask, average, float32)
        recomputed = [("average", average), ("direction", direction),
                      ("after", moved(adam, direction, mask, float32))]
        self.assertEqual("mask" in told, told["method"] != "ERM")
        if "mask" in told:
            scale = float32(1 / (1e-10 + told["mask_mean"])) if "mask_mean" in told else 1.0
            recomputed += [("mask", mask), ("masked", float32(average * mask)), ("scale", scale),
                           ("rescaled_mask", float32(mask * told["scale"]))]
        for name, anew in recomputed:
            apart = ulps(anew, after if name == "after" else told[name], "f")
            worst["ulps of " + name] = max(worst.get("ulps of " + name, 0), apart)

    def follow(self, explanation, worst):
        g, adam, told = self.sums(explanation, worst), explanation["adam"], explanation["mask"]
        plus, minus, s, mean, variance = agreement(g)
        self.assertEqual((explanation["n_plus"], explanation["n_minus"], explanation["agreement"]),
                         (plus, minus, s))
        self.near(explanation["mean"], mean, 1e-14, math.fsum(map(abs, g)) / len(g))
        self.near(explanation["variance"], variance, 1e-12)
        self.way(told, adam["after"], g, adam, worst)
        for other in explanation["others"]:
            self.way(other, other["after"], g, adam, worst)
        m, v = moments(adam, told["direction"], float32)
        self.assertLessEqual(max(ulps(m, adam["m"], "f"), ulps(v, adam["v"], "f")), 1)
        self.near(adam["correction1"], 1 - adam["beta1"] ** adam["t"], 1e-13)
        self.near(adam["correction2"], 1 - adam["beta2"] ** adam["t"], 1e-13)
        self.assertEqual(adam["t"], explanation["step"] + 1)

    def test_the_recorded_weight_follows_from_the_printed_numbers_of_random_pairs(self):
        """Where there is a checkpoint the weight is the one in its file; elsewhere the program has compared
        it, or ended with 70."""
        for number, name in enumerate(RUNS):
            run, worst, draw = self.recorded(name), {}, random.Random(number)
            pairs, on_file, masks = {}, 0, {"closed": 0, "partial": 0, "open": 0}
            for weight in named(draw, self.slots(run), arguments.pairs // len(RUNS)):
                pairs.setdefault(draw.randrange(STEPS[name]), []).append(weight)
            for step, weights in pairs.items():
                for explanation in self.explanations(run, step, weights):
                    adam, mask = explanation["adam"], explanation["mask"]["mask"]
                    with self.subTest(run=name, step=step, weight=explanation["weight"]):
                        self.follow(explanation, worst)
                        if step in self.checkpoints(run):
                            for prefix, number_told in [("", "after"), ("adam_m.", "m"), ("adam_v.", "v")]:
                                kept = number_at(self.checkpoint(run, step), prefix + explanation["weight"])
                                self.assertEqual(kept, adam[number_told])
                            on_file += 1
                    masks["closed" if mask == 0 else "partial" if mask < 0.99 else "open"] += 1
            followed = sum(map(len, pairs.values()))
            print(f"{name}: {followed} pairs, {on_file} in checkpoints, masks {masks}, worst "
                  + ", ".join(f"{what} {value:.2g}" for what, value in worst.items()), flush=True)
            self.assertLessEqual(max(value for what, value in worst.items() if what.startswith("ulps")), 1)
            # docs/explain.md, "Examples", explains why they differ
            self.assertLessEqual(worst["A + G" if "cnn" in name else "A"], 1e-6)
            self.assertGreater(on_file, 0)
            self.assertGreater(min(masks["closed"], masks["open"]), 0)
            self.assertTrue(masks["partial"] > 0 or name != "sand")

    def test_a_weight_starts_where_the_step_before_ended(self):
        for name in ("sand", "and"):
            run, before = self.recorded(name), None
            weights = named(random.Random(1), self.slots(run), 20)
            for step in range(STEPS[name]):
                told = [explanation["adam"] for explanation in self.explanations(run, step, weights)]
                if before:
                    self.assertEqual([(adam["weight"], adam["m_before"], adam["v_before"]) for adam in told],
                                     before)
                before = [(adam["after"], adam["m"], adam["v"]) for adam in told]
            self.assertEqual([number_at(self.path(run, "weights.safetensors"), weight) for weight in weights],
                             [w for w, _, _ in before])


class Layers(Case):
    def test_a_layer_has_a_table_a_picture_and_the_numbers_that_one_weight_lacks(self):
        run, layer = self.recorded("sand"), "linear0.weight"
        weights = [weight for weight in named(random.Random(2), self.slots(run), 200)
                   if weight.startswith(layer + "[")][:2]
        text = self.inspected(run, 5, [], "--layer", layer, "--heat-map", "map.png")[0]
        with open(self.path("map.png"), "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        lines = self.inspected(run, 5, weights, "--layer", layer, "--json")[0].splitlines()
        *explanations, table = map(json.loads, lines)
        self.assertEqual([explanation["weight"] for explanation in explanations], weights)
        self.assertTrue(text.startswith(f"{layer} {table['shape']}, {table['weights']} weights: "
                                        f"{table['closed']} with m = 0, "), text)
        self.assertEqual(table["closed"] + table["partial"] + table["open"], math.prod(table["shape"]))
        ranges = {r["name"]: r for r in table["ranges"]}
        for explanation in explanations:
            self.assertAlmostEqual(explanation["mask"]["mask_mean"], ranges["mask"]["mean"], delta=1e-12)
            for domain in explanation["domains"]:
                told = ranges["gradient of domain " + domain["name"]]
                self.assertEqual(domain["largest"], max(-told["least"], told["greatest"]))


class Questions(Case):
    def test_an_error_about_an_absent_weight_or_step_lists_those_of_the_run(self):
        run = self.recorded("sand")
        self.refused(USAGE, "inspect", run, "--step", "12", "--weight", "linear0.bias[0]",
                     says=["no such step", "0 to 11"])
        self.refused(USAGE, "inspect", run, "--step", "-1", "--weight", "linear0.bias[0]",
                     says=["--step: must be in 0 .. "])
        self.refused(USAGE, "inspect", run, "--step", "1", "--weight", "linear0.wait[0,0]",
                     says=["did you mean linear0.weight?"])
        self.refused(USAGE, "inspect", run, "--step", "1", "--weight", "linear0.bias[16]",
                     says=["linear0.bias [16]", "linear0.bias[15]"])
        self.refused(USAGE, "inspect", run, "--step", "1", "--layer", "linear9.bias", says=["linear1.bias"])
        self.refused(USAGE, "inspect", run, "--step", "1", says=["--weight or --layer"])
        self.refused(USAGE, "inspect", run, "--step", "1", "--weight", "linear0.bias[0]",
                     "--heat-map", "map.png", says=["--layer"])
        self.refused(MISSING, "inspect", "nothing", "--step", "1", "--weight", "linear0.bias[0]",
                     says=["nothing"])

    def test_nothing_is_explained_from_other_data(self):
        run = self.recorded("and")
        with open(self.path("data", "train-images-idx3-ubyte"), "r+b") as file:
            file.seek(1000)
            pixel = file.read(1)[0]
            for value, answer in [(pixel ^ 1, self.refused), (pixel, None)]:
                file.seek(1000)
                file.write(bytes([value]))
                file.flush()
                if answer:
                    answer(DATA, "inspect", run, "--step", "1", "--weight", "linear0.bias[0]",
                           says=["train-images-idx3-ubyte"])
        self.explanations(run, 1, ["linear0.bias[0]"])


class Replays(Case):
    WEIGHTS = ["linear0.weight[3,7]", "linear1.bias[2]"]

    def same_everywhere(self, run, says=""):
        for step in (0, 5, 9, STEPS["sand"] - 1):
            told, passed_over = self.inspected(run, step, self.WEIGHTS)
            self.assertEqual(told, self.inspected("sand", step, self.WEIGHTS)[0])
            self.assertEqual(says in passed_over, says == "" or step > self.checkpoints("sand")[-2])
            self.assertTrue(says or passed_over == "", passed_over)

    def test_without_checkpoints_a_step_is_explained_from_the_first_one_on(self):
        run = self.recorded("sand", copy="bare")
        shutil.rmtree(self.path(run, "checkpoints"))
        self.same_everywhere(run)

    def test_a_run_that_was_resumed_has_the_same_explanations(self):
        run = self.recorded("sand", copy="resumed")
        os.remove(self.path(run, "done"))
        os.remove(self.checkpoint(run, self.checkpoints(run)[-1]))
        told = self.run_program(*self.training("sand"), "--output-dir", run)[0]
        self.assertIn("goes on after step", told)
        self.same_everywhere(run)

    def test_a_damaged_checkpoint_is_skipped_and_named(self):
        run = self.recorded("sand", copy="damaged")
        damaged = self.checkpoint(run, self.checkpoints(run)[-2])
        with open(damaged, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([byte ^ 1]))
        self.same_everywhere(run, says=os.path.basename(damaged))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--pairs", type=int, default=120)
    arguments = parser.parse_args()
    Case.programs = os.path.abspath(arguments.programs)
    unittest.main(argv=sys.argv[:1])
