#!/usr/bin/env python3
"""Optimizers, schedules, clipping, early stopping, weights of classes, models in words: from outside.

    recipe_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed
"""
import json
import math
import os
import random
import re
import shutil
import struct
import sys

import program_test
from program_test import BUSY, DATA, USAGE

OPTIMIZERS = {"adam": ["m", "v"], "adamw": ["m", "v"], "sgd": [], "momentum": ["b"], "nesterov": ["b"]}
DEFAULTS = {"--algorithm": "ERM", "--steps": "13", "--record-every": "4", "--threads": "1"}
SPIRALS = ["train", *(word for pair in DEFAULTS.items() for word in pair)]
SMALL = '"mlp_width": 6, "mlp_depth": 1, "batch_size": 32'


def tensors_of(path):
    """-> {name: numbers} of the floats of a safetensors file"""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            kind = {"F32": "f", "F64": "d", "I64": "q"}[entry["dtype"]]
            found[name] = struct.unpack(f"<{(end - first) // struct.calcsize(kind)}{kind}", data[first:end])
    return found


class Case(program_test.Case):
    def train(self, *words, hparams="", code=0, **options):
        values = "{" + SMALL + (", " + hparams if hparams else "") + "}"
        defaults = [word for flag, value in DEFAULTS.items() if flag not in words for word in (flag, value)]
        return self.run_program("train", *defaults, "--hparams", values, *words, code=code, **options)

    def lines(self, run="run"):
        return self.whole_lines(run, "metrics.jsonl")

    def state(self, run):
        """All files that decide bits."""
        files = {name: self.read(run, name) for name in ["metrics.jsonl", "done"]}
        for name in os.listdir(self.path(run, "checkpoints")):
            with open(self.path(run, "checkpoints", name), "rb") as file:
                files[name] = file.read()
        with open(self.path(run, "weights.safetensors"), "rb") as file:
            files["weights"] = file.read()
        return files

    def goes_on_like(self, *words, hparams=""):
        """A run that lost its end resumes to the same bits as one that was never stopped, and is verified."""
        self.train(*words, "--output-dir", "run", hparams=hparams)
        undisturbed = self.state("run")
        self.assertIn("verified: ", self.run_program("verify", "run")[0])
        os.remove(self.path("run", "done"))
        last = sorted(name for name in undisturbed if name.startswith("step-"))[-1]
        os.remove(self.path("run", "checkpoints", last))
        self.train(*words, "--output-dir", "run", hparams=hparams)
        self.assertEqual(self.state("run"), undisturbed)
        return undisturbed


class Optimizers(Case):
    def test_a_run_of_every_optimizer_resumes_and_is_verified_with_its_own_state(self):
        for optimizer, blocks in OPTIMIZERS.items():
            with self.subTest(optimizer):
                shutil.rmtree(self.path("run"), ignore_errors=True)
                self.goes_on_like("--optimizer", optimizer, "--algorithm", "SANDMask")
                tensors = tensors_of(self.path("run", "checkpoints", "step-000012.safetensors"))
                key = "adam" if optimizer == "adamw" else optimizer
                self.assertEqual(tensors[f"{key}_t"], (13,))
                kept = {name.split(".")[0] for name in tensors if name.startswith(key + "_") and "." in name}
                self.assertEqual(kept, {f"{key}_{block}" for block in blocks})
                args = json.loads(self.read("run", "record.json"))["args"]
                self.assertEqual(args.get("optimizer", "adam"), optimizer)

    def test_inspect_follows_every_optimizer_to_the_bits_of_its_checkpoints(self):
        for optimizer, blocks in OPTIMIZERS.items():
            with self.subTest(optimizer):
                shutil.rmtree(self.path("run"), ignore_errors=True)
                self.train("--optimizer", optimizer, "--output-dir", "run")
                key = "adam" if optimizer == "adamw" else optimizer
                tensors = tensors_of(self.path("run", "checkpoints", "step-000012.safetensors"))
                out, _ = self.run_program("inspect", "run", "--step", "12", "--weight", "linear0.weight[1,2]",
                                          "--json")
                told = json.loads(out)[key]
                place = 18 + 2
                self.assertEqual(told["after"], tensors["linear0.weight"][place])
                for block in blocks:
                    self.assertEqual(told[block], tensors[f"{key}_{block}.linear0.weight"][place])
                self.assertEqual(told["t"], 13)
                text, _ = self.run_program("inspect", "run", "--step", "12", "--weight",
                                           "linear0.weight[1,2]")
                self.assertIn("the same " + {"adam": "Adam", "adamw": "Adam", "sgd": "SGD",
                                             "momentum": "SGD with momentum",
                                             "nesterov": "SGD with Nesterov's momentum"}[optimizer], text)

    def test_a_step_from_a_file_is_pytorchs_formula(self):
        """p, b and g of torch.optim.SGD, in double."""
        dice = random.Random(3)
        rate, momentum, decay = 0.05, 0.8, 0.1
        names = {"linear0.weight": [2, 3], "linear0.bias": [2]}
        numbers = lambda shape: [dice.gauss(0, 1) for _ in range(math.prod(shape))]
        for optimizer in ["sgd", "momentum", "nesterov"]:
            tensors = {name: (shape, numbers(shape)) for name, shape in names.items()}
            if optimizer != "sgd":
                tensors |= {f"{optimizer}_b.{name}": (shape, numbers(shape)) for name, shape in names.items()}
            ints = {"y0": [0, 1], f"{optimizer}_t": [4]}
            tensors["x0"] = ([2, 3], numbers([2, 3]))
            self.write_tensors("in.safetensors", tensors, ints)
            hparams = {"lr": rate, "weight_decay": decay}
            if optimizer != "sgd":
                hparams["momentum"] = momentum
            self.run_program("step", "--model", "mlp:3-2", "--algorithm", "ERM", "--optimizer", optimizer,
                             "--hparams", json.dumps(hparams), "--in", "in.safetensors", "--out",
                             "out.safetensors", program="sandgrad64")
            out = tensors_of(self.path("out.safetensors"))
            self.assertEqual(out[f"{optimizer}_t"], (5,))
            for name in names:
                for j, (w, d) in enumerate(zip(tensors[name][1], out[f"direction.{name}"])):
                    g = d + decay * w
                    if optimizer != "sgd":
                        b = momentum * tensors[f"{optimizer}_b.{name}"][1][j] + g
                        self.assertAlmostEqual(out[f"{optimizer}_b.{name}"][j], b, delta=1e-15)
                        g = g + momentum * b if optimizer == "nesterov" else b
                    self.assertAlmostEqual(out[name][j], w - rate * g, delta=1e-15)

    def write_tensors(self, name, floats, ints):
        header, data = {}, b""
        for key, (shape, numbers) in floats.items():
            body = struct.pack(f"<{len(numbers)}d", *numbers)
            header[key] = {"dtype": "F64", "shape": shape, "data_offsets": [len(data), len(data) + len(body)]}
            data += body
        for key, numbers in ints.items():
            body = struct.pack(f"<{len(numbers)}q", *numbers)
            header[key] = {"dtype": "I64", "shape": [len(numbers)],
                           "data_offsets": [len(data), len(data) + len(body)]}
            data += body
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(self.path(name), "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)

    def test_the_defaults_are_those_of_the_cards(self):
        self.train("--optimizer", "nesterov", "--output-dir", "run")
        hparams = json.loads(self.read("run", "record.json"))["hparams"]
        self.assertEqual((hparams["lr"], hparams["momentum"]), (0.01, 0.9))
        self.train("--output-dir", "old")
        record = json.loads(self.read("old", "record.json"))
        self.assertNotIn("optimizer", record["args"])
        self.assertFalse({"adam_beta1", "momentum"} & set(record["hparams"]))
        self.assertNotIn("lr", self.lines("old")[0])
        self.train("--output-dir", "betas", hparams='"adam_beta1": 0.5')
        self.assertEqual(json.loads(self.read("betas", "record.json"))["hparams"]["adam_beta1"], 0.5)
        self.assertIn("verified: ", self.run_program("verify", "betas")[0])

    def test_another_optimizer_is_another_run(self):
        self.train("--optimizer", "sgd", "--output-dir", "run")
        self.refused(BUSY, *SPIRALS, "--hparams", "{" + SMALL + "}", "--optimizer", "nesterov",
                     "--output-dir",
                     "run", says=["--optimizer", 'recorded "sgd", requested "nesterov"'])

    def test_wrong_names_and_numbers_are_refused(self):
        for words, hparams, says in [
                (["--optimizer", "nestrov"], "", ["optimizer: no such name", "did you mean nesterov?"]),
                (["--optimizer", "momentum"], '"momentum": 1', ["momentum must be above 0 and below 1"]),
                (["--optimizer", "momentum"], '"momentum": 0',
                 ["momentum must be above 0", "--optimizer sgd has no momentum"]),
                (["--optimizer", "adam"], '"adam_beta2": 1', ["Adam: beta2 must be in [0, 1)"]),
                (["--optimizer", "sgd"], '"lr": -1', ["SGD: learning_rate must be a finite number"])]:
            with self.subTest(words + [hparams]):
                values = "{" + SMALL + (", " + hparams if hparams else "") + "}"
                self.refused(USAGE, *SPIRALS, "--hparams", values,
                             *words, says=says)
        _, said = self.train("--optimizer", "sgd", hparams='"momentum": 0.9')
        self.assertIn("note: the optimizer has no hyper-parameter momentum here; it is ignored", said)

    def test_numbers_that_are_not_finite_name_the_optimizer(self):
        for optimizer, says in [("sgd", "SGD made a weight that is not finite"),
                                ("nesterov",
                                 "SGD with Nesterov's momentum made a weight that is not finite")]:
            _, said = self.train("--optimizer", optimizer, hparams='"lr": 1e300',
                                 code=program_test.NON_FINITE)
            self.assertIn(f"sandgrad: step 0: {says}\n    first at  SGD", said)
            self.assertIn("    formula   weight -= lr * ", said)

    def test_the_list_names_every_optimizer(self):
        table, _ = self.run_program("list", "optimizers")
        for optimizer in OPTIMIZERS:
            self.assertRegex(table, rf"(?m)^\| {optimizer} \| `")


class Schedules(Case):
    def rates(self, *words):
        shutil.rmtree(self.path("run"), ignore_errors=True)
        self.train(*words, "--record-every", "1", "--output-dir", "run", hparams='"lr": 0.5')
        self.assertIn("verified: 13 steps", self.run_program("verify", "run")[0])
        return [line["lr"] for line in self.lines()]

    def test_the_learning_rate_of_every_step_is_in_the_metrics(self):
        self.assertEqual(self.rates("--schedule", "constant"), [0.5] * 13)
        self.assertEqual(self.rates("--schedule", "step", "--decay-at", "4", "10", "--decay-factor", "0.5"),
                         [0.5] * 4 + [0.25] * 6 + [0.125] * 3)
        self.assertEqual(self.rates("--schedule", "warmup", "--warmup-steps", "4"),
                         [0.125, 0.25, 0.375] + [0.5] * 10)
        for step, rate in enumerate(self.rates("--schedule", "cosine", "--final-lr", "0.1")):
            self.assertAlmostEqual(rate, 0.1 + 0.4 * (1 + math.cos(math.pi * step / 13)) / 2, places=12)
        both = self.rates("--schedule", "cosine", "--warmup-steps", "3")
        self.assertEqual(both[2:4], [0.5, 0.5])
        for step in range(3, 13):
            self.assertAlmostEqual(both[step], 0.25 * (1 + math.cos(math.pi * (step - 3) / 10)), places=12)
        # the protocol's: a tenth from step round(0.75 * 13) on, here after a warm-up
        self.assertEqual(self.rates("--warmup-steps", "2"), [0.25] + [0.5] * 9 + [0.05] * 3)

    def test_a_run_with_a_schedule_and_a_clip_resumes(self):
        self.goes_on_like("--schedule", "cosine", "--warmup-steps", "3", "--clip-norm", "0.1", "--optimizer",
                          "momentum")

    def test_settings_without_an_effect_are_refused(self):
        for words, says in [
                (["--schedule", "cosin"], "did you mean cosine?"),
                (["--schedule", "step"], "--schedule step: needs --decay-at"),
                (["--schedule", "warmup"], "--schedule warmup: needs --warmup-steps"),
                (["--decay-at", "4"], "--decay-at: has no effect without --schedule step"),
                (["--decay-factor", "0.5"], "--decay-factor: has no effect without --schedule step"),
                (["--final-lr", "0.1", "--schedule", "constant"], "--final-lr: has no effect without"),
                (["--schedule", "step", "--decay-at", "5", "5"], "--decay-at: steps must ascend"),
                (["--schedule", "step", "--decay-at", "13"], "range 1 .. 12"),
                (["--schedule", "step", "--decay-at", "3", "--warmup-steps", "4"], "range 4 .. 12"),
                (["--warmup-steps", "13"], "the warm-up must end before the run"),
                (["--clip-norm", "-1"], "must be in 0 .. 1e+30")]:
            with self.subTest(words):
                self.refused(USAGE, *SPIRALS, *words, says=[says])

    def test_a_clip_bounds_the_direction_and_is_told(self):
        self.train("--clip-norm", "0.01", "--clip-value", "0.5", "--output-dir", "run", "--optimizer", "sgd",
                   hparams='"lr": 1, "weight_decay": 0')
        for line in self.lines():
            clip = line["clip"]
            self.assertGreater(clip["norm"], 0.01)
            self.assertAlmostEqual(clip["factor"] * clip["norm"], 0.01, places=12)
            self.assertEqual(clip["cut"], 0)
        before, after = (tensors_of(self.path("run", "checkpoints", f"step-{step:06}.safetensors"))
                         for step in (8, 12))
        moved = math.sqrt(sum((a - b) ** 2 for name in before if name.startswith("linear")
                              for a, b in zip(before[name], after[name])))
        self.assertLess(moved, 4 * 0.01 * (1 + 1e-5))  # four steps of plain SGD with a rate of 1
        self.assertIn("verified: ", self.run_program("verify", "run")[0])
        out, _ = self.run_program("inspect", "run", "--step", "5", "--weight", "linear0.bias[1]", "--json")
        told = json.loads(out)
        self.assertAlmostEqual(told["clip"]["clipped"], told["clip"]["factor"] * told["mask"]["direction"],
                               delta=1e-9)
        self.assertEqual(told["sgd"]["gradient"], told["clip"]["clipped"])
        text, _ = self.run_program("inspect", "run", "--step", "5", "--weight", "linear0.bias[1]")
        self.assertRegex(text, r"(?m)^Clip\n  C .*\n  dC .*\n  L .*\n  n .*\n  f .*\n  d' ")


class EarlyStop(Case):
    WORDS = ["--early-stop", "2", "--holdout-fraction", "0.2", "--steps", "400", "--record-every", "2"]
    SLOW = '"lr": 1e-9'  # nothing is learned: the first score stays the best

    def test_a_run_stops_and_keeps_its_best_weights(self):
        out, _ = self.train(*self.WORDS, "--output-dir", "run", hparams=self.SLOW)
        done = json.loads(self.read("run", "done"))
        self.assertTrue(done["early_stop"]["stopped"])
        self.assertLess(done["steps"], 400)
        lines = self.lines()
        best = max(lines, key=lambda line: (line["early_stop"]["best_score"], -line["step"]))
        self.assertEqual(lines[-1]["early_stop"]["waited"], 2)
        self.assertEqual(done["steps"], lines[-1]["step"] + 1)
        self.assertEqual(done["early_stop"]["best_step"], best["early_stop"]["best_step"])
        scores = {line["step"]: sum(d["out_accuracy"] for d in line["domains"][1:]) / 16 for line in lines}
        self.assertAlmostEqual(done["early_stop"]["best_score"], max(scores.values()))
        self.assertEqual(done["early_stop"]["best_step"],
                         min(step for step in scores if scores[step] == max(scores.values())))
        self.assertIn(f"stopped early after {done['steps']} of 400 steps: no better held-out accuracy in 2 "
                      "evaluations\n", out)
        self.assertRegex(out, r"(?m)^best held-out accuracy 0\.\d+ after step \d+: "
                              r"checkpoints/best.safetensors$")
        kept = self.path("run", "checkpoints", "best.safetensors")
        with open(kept, "rb") as file:
            self.assertIn(f'"step":"{done["early_stop"]["best_step"]}"'.encode(), file.read(4000))
        self.assertIn("verified: ", self.run_program("verify", "run")[0])
        said, _ = self.train(*self.WORDS, "--output-dir", "run", hparams=self.SLOW)
        self.assertTrue(said.startswith("the run in run is finished: "), said)

    def test_it_resumes_with_the_count_of_evaluations(self):
        files = self.goes_on_like(*self.WORDS[2:], "--early-stop", "3", hparams=self.SLOW)
        self.assertIn("best.safetensors", files)

    def test_a_changed_or_missing_best_checkpoint_is_found(self):
        self.train(*self.WORDS, "--output-dir", "run", hparams=self.SLOW)
        best = self.path("run", "checkpoints", "best.safetensors")
        other = sorted(name for name in os.listdir(self.path("run", "checkpoints")) if name[0] == "s")[-1]
        shutil.copy(self.path("run", "checkpoints", other), best)
        said, _ = self.run_program("verify", "run", code=DATA)
        self.assertIn("checkpoints/best.safetensors is not of the best record", said)
        os.remove(best)
        said, _ = self.run_program("verify", "run", code=DATA)
        self.assertIn("found     -1", said)

    def test_a_run_that_never_stops_ends_as_usual_and_names_its_best_record(self):
        out, _ = self.train("--early-stop", "100", "--holdout-fraction", "0.2", "--output-dir", "run")
        self.assertIn("after 13 steps", out)
        self.assertNotIn("stopped early", out)
        self.assertFalse(json.loads(self.read("run", "done"))["early_stop"]["stopped"])
        self.assertIn("verified: 13 steps", self.run_program("verify", "run")[0])

    def test_a_step_after_the_end_cannot_be_inspected(self):
        self.train(*self.WORDS, "--output-dir", "run", hparams=self.SLOW)
        steps = json.loads(self.read("run", "done"))["steps"]
        self.refused(USAGE, "inspect", "run", "--step", str(steps), "--weight", "linear0.bias[0]",
                     says=["the run has no such step", f"0 to {steps - 1}"])
        self.run_program("inspect", "run", "--step", str(steps - 1), "--weight", "linear0.bias[0]")

    def test_it_needs_held_out_data(self):
        self.refused(USAGE, *SPIRALS, "--early-stop", "2",
                     says=["there is no held-out data", "--holdout-fraction"])
        self.refused(USAGE, *SPIRALS, "--early-stop", "2", "--holdout-fraction", "0.2", "--test-at-end",
                     says=["does not go with --test-at-end"])
        self.refused(USAGE, *SPIRALS, "--early-stop", "2", "--holdout-fraction", "0.0001",
                     says=["a training domain has no held-out examples"])


class Classes(Case):
    """A table whose second class is rare."""

    def setUp(self):
        super().setUp()
        dice = random.Random(1)
        with open(self.path("rare.csv"), "w", encoding="utf-8") as file:
            file.write("domain,age,label\n")
            for i in range(300):
                file.write(f"{'abc'[i % 3]},{dice.gauss(0, 1):.3f},{'ill' if i % 30 < 3 else 'well'}\n")
        self.table = ["train", "--dataset", "Table", "--data-file", "rare.csv", "--algorithm", "ERM",
                      "--steps", "5", "--hparams", '{"mlp_depth": 0, "batch_size": 64}', "--threads", "1",
                      "--optimizer", "sgd"]

    def weights(self, *words, run):
        self.run_program(*self.table, *words, "--output-dir", run)
        self.assertIn("verified: 5 steps", self.run_program("verify", run)[0])
        return tensors_of(self.path(run, "weights.safetensors"))

    def test_balanced_weights_change_a_run_and_are_verified(self):
        balanced = self.weights("--class-weights", "Balanced", run="balanced")
        self.assertNotEqual(balanced, self.weights(run="plain"))
        record = json.loads(self.read("balanced", "record.json"))
        self.assertEqual(record["args"]["class_weights"], "balanced")
        self.assertEqual(self.weights("--class-weights", "1,1.0", run="ones").keys(), balanced.keys())
        self.assertEqual(json.loads(self.read("ones", "record.json"))["args"]["class_weights"], "1,1")

    def test_wrong_weights_are_refused(self):
        for text, says in [("1", ["one number for each class is needed", "classes 2"]),
                           ("1,2,3", ["one number for each class is needed"]),
                           ("1,x", ["expected balanced, or a number of at least 0 for each class"]),
                           ("1,-1", ["expected balanced"]), ("0,0", ["at least one class must count"]),
                           ("1,,2", ["expected balanced"]), ("1e999,1", ["expected balanced"])]:
            with self.subTest(text):
                _, said = self.run_program(*self.table, "--class-weights=" + text, code=USAGE)
                for part in says:
                    self.assertIn(part, said)

    def test_balanced_rows_change_the_batches_and_are_verified(self):
        self.assertNotEqual(self.weights("--balanced", run="balanced"), self.weights(run="plain"))
        out, _ = self.run_program("inspect", "balanced", "--step", "2", "--weight", "linear0.bias[0]",
                                  "--json")
        labels = [example["label"] for domain in json.loads(out)["domains"] for example in domain["examples"]]
        self.assertEqual(len(labels), 128)
        self.assertTrue(40 < sum(labels) < 88, sum(labels))  # a fair coin: 64 +- 4.2 deviations

    def test_balanced_rows_are_refused_where_every_example_is_drawn_anyway(self):
        self.refused(USAGE, *SPIRALS, "--balanced",
                     says=["the protocol ilc draws every example once an epoch"])
        self.refused(USAGE, *SPIRALS, "--balanced", "--protocol", "irm",
                     says=["the protocol irm takes every example in every step", "--protocol domainbed"])


class Models(Case):
    def test_an_mlp_in_words_has_the_weights_of_the_same_one_by_numbers(self):
        words = ["--protocol", "ilc", "--model", "MLP: 6, leaky_relu"]
        self.train(*words, "--output-dir", "run")
        args = json.loads(self.read("run", "record.json"))["args"]
        self.assertEqual(args["model"], "mlp:6,leaky_relu")
        self.assertIn("verified: 13 steps", self.run_program("verify", "run")[0])
        plain = self.train("--model", "MLP")[0].splitlines()[-1]
        self.assertEqual(self.train(*words)[0].splitlines()[-1], plain)

    def test_a_network_of_layers_trains_and_is_summarized_inspected_and_verified(self):
        text = "cnn:conv8,relu,norm4,conv8x5/2,tanh,maxpool2,flatten,linear6,sigmoid,dropout0.1"
        digits = ["train", "--dataset", "ColoredMNIST", "--algorithm", "SANDMask", "--steps", "2",
                  "--hparams", '{"batch_size": 4}', "--evaluate-examples", "8", "--model", text]
        out, said = self.run_program(*digits, "--output-dir", "run")
        for layer, shape in [("conv0", "[1, 28, 28, 8]"), ("norm0", "[1, 28, 28, 8]"),
                             ("conv1", "[1, 14, 14, 8]"), ("max_pool2d", "[1, 7, 7, 8]"),
                             ("flatten", "[1, 392]"), ("linear0", "[1, 6]"), ("linear", "[1, 2]")]:
            self.assertRegex(out, rf"(?m)^{layer} +{re.escape(shape)}")
        self.assertRegex(said, r"memory: about \d+ MB")
        self.assertEqual(json.loads(self.read("run", "record.json"))["args"]["model"], text)
        self.assertIn("verified: 2 steps", self.run_program("verify", "run")[0])
        self.run_program("inspect", "run", "--step", "1", "--weight", "conv1.weight[3,2,4,0]")
        direct = [*digits, "--convolution", "direct"]
        self.run_program(*direct)

    def test_the_tape_of_a_description_can_be_printed(self):
        out, _ = self.run_program("trace", "--model", "cnn:conv4/2,relu,mean:1x6x6-3")
        self.assertRegex(out, r"(?m)^%\d+ +conv2d ")
        self.assertIn("in all ", out)
        out, _ = self.run_program("trace", "--model", "mlp:5,tanh:4-2")
        self.assertRegex(out, r"(?m)^%\d+ +tanh ")
        out, _ = self.run_program("step", "--model", "cnn:conv4,mean:1x6x6-3", "--slots")
        self.assertEqual([slot["name"] for slot in json.loads(out)],
                         ["conv0.weight", "conv0.bias", "linear.weight", "linear.bias"])

    def test_an_error_names_the_part_at_fault(self):
        digits = ["train", "--dataset", "ColoredMNIST", "--steps", "2"]
        for words, says in [
                (["--model", "cnn:conv8,rleu,mean"],
                 ["model: no such layer\n    part  2\n    found rleu\n", "did you mean relu?"]),
                (["--model", "cnn:conv8,relu"],
                 ["put mean or flatten at the end", "28 x 28 pixels, 8 channels"]),
                (["--model", "cnn:conv8,norm3,mean"],
                 ["model: layer 2, norm3: the channels must be a multiple of its groups"]),
                (["--model", "cnn:conv1048576,conv1048576x15,mean"], ["memory: the run does not fit"]),
                (["--model", "mlp:"], ["mlp needs the widths of its hidden layers"])]:
            with self.subTest(words):
                code = program_test.RESOURCES if says[0].startswith("memory") else USAGE
                self.refused(code, *digits, *words, says=says)
        self.refused(USAGE, *SPIRALS, "--model", "cnn:conv8,mean",
                     says=["model: layer 1, conv8: it needs an image\n    before it a vector of 18 numbers"])
        self.refused(USAGE, "trace", "--model", "cnn:conv8,mean",
                     says=["a text of layers needs its sizes here"])


if __name__ == "__main__":
    sys.exit(program_test.main())
