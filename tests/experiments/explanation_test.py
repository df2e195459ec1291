#!/usr/bin/env python3
"""`sandgrad step --explain`: from the printed numbers alone, mask and Adam are computed anew, and arrive at
the recorded weight.

    explanation_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]        exit: 0 passed, 1 failed
"""
import json
import math
import random
import re
import sys
import unittest

from program_test import DATA, USAGE, Case, main
from explanation_numbers import (direction_of, float32, float64, mask_and_average, moved, named, number_at,
                                 ulps)
from update_file import random_update, write_tensors


SAND = {"tau": 0.2, "k": 1e-3, "weight_decay": 0.01}
UPDATES = [  # model, algorithm, hyper-parameters, flags, rows, with a state of Adam
    ("mlp:18-32-2", "SANDMask", SAND, [], [9, 30, 12, 17], True),
    ("mlp:18-32-2", "SANDMask", SAND, ["--decoupled-decay"], [9, 30, 12, 17], False),
    ("mlp:18-32-2", "SANDMask", {**SAND, "rescale": 0}, ["--mask-update"], [70, 65, 64], True),
    ("mlp:7-9-5-3", "SANDMask", {"tau": 0.5, "k": 10}, ["--activation", "tanh"], [5] * 7, False),
    ("mlp:18-32-2", "ANDMask", {"tau": 0.5, "weight_decay": 0.1}, [], [8, 9, 10, 11], True),
    ("mlp:18-32-2", "ANDMask", {"tau": 1}, ["--mask-update", "--decoupled-decay"], [8] * 3, True),
    ("mlp:7-9-5-3", "GeometricMean", {"tau": 0.5, "lr": 0.1}, [], [8, 9, 10, 11], True),
    ("mlp:18-32-2", "ERM", {"weight_decay": 0.01}, [], [30, 31], True),
    ("mlp:18-32-2", "ERM", {"weight_decay": 0.3}, ["--decoupled-decay"], [12], False),
    ("MNIST_CNN:2x6x5-2", "SANDMask", {"tau": 0.3, "k": 1e-5}, [], [4, 3, 5], False),
]


class Explanations(Case):
    WEIGHTS = 100  # of every update

    def explanations(self, update, program="sandgrad", seed=0):
        model, algorithm, hparams, flags, rows, adam = update
        slots = json.loads(self.run_program("step", "--model", model, "--slots", program=program)[0])
        tensors = random_update(slots, rows, seed, adam)
        if ":" in model and "x" in model.split(":")[1]:  # images
            pixels = math.prod(int(n) for n in model.split(":")[1].split("-")[0].split("x"))
            draw = random.Random(seed)
            for domain, count in enumerate(rows):
                drawn = [draw.randint(0, 255) / 256 for _ in range(count * pixels)]
                tensors[f"x{domain}"] = [count, pixels], drawn
        write_tensors(self.path("in"), tensors, program == "sandgrad64")
        weights = named(random.Random(seed + 1), slots, self.WEIGHTS)
        told = self.run_program("step", "--model", model, "--algorithm", algorithm,
                                "--hparams", json.dumps(hparams), *flags, "--in", "in", "--out", "out",
                                "--explain", *weights, "--json", program=program)[0]
        explanations = [json.loads(line) for line in told.splitlines()]
        self.assertEqual([explanation["weight"] for explanation in explanations], weights)
        return explanations

    def test_the_new_weight_follows_from_the_printed_numbers(self):
        for program, rounded, code, slack in [("sandgrad", float32, "f", 1),
                                              ("sandgrad64", float64, "d", 1000)]:
            partial = closed = 0
            for update in UPDATES:
                for explanation in self.explanations(update, program):
                    told, adam = explanation["mask"], explanation["adam"]
                    g = [domain["gradient"] for domain in explanation["domains"]]
                    for way in [told, *explanation["others"]]:
                        mask, average = mask_and_average(way["method"], g, way.get("tau"), way.get("k"),
                                                         rounded)
                        self.assertEqual("mask" in way, way["method"] != "ERM")
                        self.assertLessEqual(ulps(mask, way.get("mask", 1.0), code), slack,
                                             (update, explanation["weight"], way))
                        after = moved(adam, direction_of(way, mask, average, rounded), mask, rounded)
                        recorded = adam["after"] if way is told else way["after"]
                        self.assertLessEqual(ulps(after, recorded, code), slack,
                                             (update, explanation["weight"], way["method"]))
                    self.assertEqual(adam["after"], number_at(self.path("out"), explanation["weight"]))
                    partial += 0 < told.get("mask", 1.0) < 0.99
                    closed += told.get("mask", 1.0) == 0
            self.assertGreater(partial, 50)
            self.assertGreater(closed, 50)

    def test_the_examples_add_up_to_the_gradient_of_their_domain(self):
        for update in UPDATES:
            for explanation in self.explanations(update, seed=5):
                for domain in explanation["domains"]:
                    gradients = [example["gradient"] for example in domain["examples"]]
                    magnitudes = math.fsum(map(abs, gradients))
                    self.assertLessEqual(abs(math.fsum(gradients) - domain["sum"]), 1e-14 * magnitudes)
                    # see docs/explain.md, "Examples"
                    scale = magnitudes + (domain["largest"] if "CNN" in update[0] else 0)
                    self.assertLessEqual(abs(domain["gradient"] - domain["sum"]), 1e-6 * scale,
                                         (update, explanation["weight"]))

    def test_an_explanation_can_be_recomputed_line_by_line(self):
        model, algorithm, hparams, flags, rows, adam = UPDATES[0]
        # a dead unit has no gradients
        followed = [explanation for explanation in self.explanations(UPDATES[0])
                    if explanation["variance"] > 0][:20]
        self.assertEqual(len(followed), 20)
        for explanation in followed:
            text = self.run_program("step", "--model", model, "--algorithm", algorithm,
                                    "--hparams", json.dumps(hparams), "--in", "in",
                                    "--explain", explanation["weight"])[0]
            table = re.findall(r"(?m)^  \d +\d+ +\S+ +(\S+) +\S+e[+-]\d\d +\S+e[+-]\d\d$", text)
            g = [float(number) for number in table]
            self.assertEqual(len(g), len(rows))
            n = {name: float(value)
                 for name, value in re.findall(r"(?m)^  (\S+(?: \S+)*?) {2,}(-?\d\S*) {2,}\S.*$", text)}
            f = float32
            near = lambda name, value: self.assertLessEqual(abs(n[name] - value), 1e-6 * abs(value) + 1e-12,
                                                            (name, text))
            near("s", abs(n["n_plus"] - n["n_minus"]) / n["E"])
            near("gbar", sum(g) / n["E"])
            near("var", sum((x - n["gbar"]) ** 2 for x in g) / (n["E"] - 1))
            near("lambda", 1 / n["var"])
            near("x", n["k"] * (n["s"] - n["tau"]) / n["var"])
            near("m", max(0, math.tanh(n["x"])))
            near("a", n["gbar"])
            near("a m", n["a"] * n["m"])
            near("c", 1 / (1e-10 + n["mean m"]))
            near("m c", n["m"] * n["c"])
            near("d", n["a m"] * n["c"])
            near("g", n["d"] + n["wd"] * n["w"])
            near("m1", n["beta1"] * n["m0"] + (1 - n["beta1"]) * n["g"])
            near("v1", n["beta2"] * n["v0"] + (1 - n["beta2"]) * n["g"] ** 2)
            near("b1", 1 - n["beta1"] ** n["t"])
            near("b2", 1 - n["beta2"] ** n["t"])
            near("a1", n["lr"] / n["b1"])
            near("r2", math.sqrt(n["b2"]))
            near("q", math.sqrt(n["v1"]) / n["r2"] + n["eps"])
            near("step", n["a1"] * n["m1"] / n["q"])
            self.assertLessEqual(ulps(f(n["w"] - n["step"]), n["w'"], "f"), 1)
            near("w' - w", f(f(n["w'"]) - f(n["w"])))
            self.assertEqual(n["w'"], float(f"{explanation['adam']['after']:.9g}"))


class Commands(Case):
    MODEL = ["--model", "mlp:5-4-2"]

    def setUp(self):
        super().setUp()
        slots = json.loads(self.run_program("step", *self.MODEL, "--slots")[0])
        write_tensors(self.path("in"), random_update(slots, [4, 5], 0, False), False)

    def test_wrong_names_are_refused_before_anything_is_read(self):
        step = ["step", *self.MODEL, "--in", "missing"]
        self.refused(USAGE, *step, "--explain", "linear0.weight[4,0]",
                     says=["linear0.weight [4, 5]", "linear0.weight[3,4]"])
        self.refused(USAGE, *step, "--explain", "linear0.wait[4,0]", says=["did you mean linear0.weight?"])
        self.refused(USAGE, *step, "--explain-layer", "linear9.bias", says=["linear1.bias [2]"])
        self.refused(USAGE, "step", *self.MODEL, "--in", "in", says=["--out"])
        self.refused(USAGE, "step", *self.MODEL, "--in", "in", "--out", "out", "--heat-map", "map.png",
                     says=["--explain-layer"])

    def test_explaining_an_update_does_not_change_it(self):
        step = ["step", *self.MODEL, "--in", "in", "--hparams", '{"tau": 0.2}']
        self.run_program(*step, "--out", "plain")
        self.run_program(*step, "--out", "told", "--explain", "linear0.bias[1]",
                         "--explain-layer", "linear0.weight")
        with open(self.path("plain"), "rb") as plain, open(self.path("told"), "rb") as told:
            self.assertEqual(plain.read(), told.read())

    def test_a_layer_has_a_table_and_a_picture(self):
        step = ["step", *self.MODEL, "--in", "in", "--explain-layer", "linear0.weight"]
        stdout, _ = self.run_program(*step, "--heat-map", "map.png")
        self.assertIn("linear0.weight [4, 5], 20 weights: ", stdout)
        with open(self.path("map.png"), "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        table = json.loads(self.run_program(*step, "--json")[0])
        self.assertEqual([r["name"] for r in table["ranges"]],
                         ["mask", "agreement", "gradient of domain 0", "gradient of domain 1"])
        self.assertEqual(table["closed"] + table["partial"] + table["open"], 20)

    def test_a_broken_input_gives_the_usual_error(self):
        with open(self.path("in"), "r+b") as file:
            file.truncate(100)
        self.refused(DATA, "step", *self.MODEL, "--in", "in", "--explain", "linear0.bias[1]", says=[])

    def test_a_trace_lists_every_operation_with_its_formulas_and_its_line(self):
        stdout, _ = self.run_program("trace", "--model", "mlp:5-4-2", "--rows", "3")
        self.assertRegex(stdout, r"(?m)^%3   linear +%0 %1 %2 +\[3, 4\] +60 +48  nn/mlp.cpp:\d+\n"
                                 r"       y = x w\^T \+ b\n       dx \+= dy w, ")
        self.assertRegex(stdout, r"in all 9 entries, 34 weights, 84 multiply-adds forward, \d+ bytes")
        self.assertIn("conv2d",
                      self.run_program("trace", "--model", "SmallCNN:3x8x8-2", "--convolution", "direct")[0])
        self.refused(USAGE, "trace", "--model", "mlp:5", says=["model: expected"])


if __name__ == "__main__":
    sys.exit(main())
