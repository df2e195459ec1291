#!/usr/bin/env python3
"""`sandgrad step` against step_reference.py, which shares no line with it, and against inputs that are wrong.

    step_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]         exit: 0 passed, 1 failed, 77 no numpy
"""
import contextlib
import io
import json
import os
import sys
import unittest
from unittest import mock

import step_reference  # ends with 77 where numpy is missing
from network_reference import Network
from program_test import DATA, MISSING, NON_FINITE, USAGE, Case, main

# The double build must agree up to a few roundings. The float build is compared stage by stage, because the
# last bit can change the sign of a gradient near 0, and with it a whole entry of a mask.
PROGRAMS = [("sandgrad", "F32", ["--staged", "--tolerance", "1e-5"]),
            ("sandgrad64", "F64", ["--tolerance", "1e-12"])]

SAND = {"tau": 0.5, "k": 1e-3}  # most masks of these small networks are partly open
UPDATES = [  # model, activation, algorithm, hyper-parameters, domains and rows
    ("mlp:3-2", "relu", "ERM", {}, "--domains 1"),
    ("mlp:18-16-2", "relu", "SANDMask", {"tau": 0.2, "k": 10}, "--domains 16 --rows 9"),
    ("mlp:18-16-2", "leaky_relu", "SANDMask", SAND, "--domains 4 --rows 70,1,64,65"),
    ("mlp:5-7-3", "tanh", "SANDMask", {"tau": 0.0, "k": 1e-4, "weight_decay": 0.1, "lr": 0.3},
     "--domains 3 --with-adam"),
    ("mlp:33-17-31-4", "relu", "SANDMask", SAND, "--domains 2 --rows 40 --with-adam"),
    ("mlp:5-7-3", "leaky_relu", "ANDMask", {"tau": 1.0}, "--domains 3"),
    ("mlp:9-8-8-8-3", "tanh", "ANDMask", {"tau": 0.5, "weight_decay": 0.01}, "--domains 5 --with-adam"),
    ("mlp:20-300-5", "relu", "ERM", {"weight_decay": 1e-3}, "--domains 2 --rows 130 --with-adam"),
]


# images of even and odd sizes, larger and smaller than the tiles; the last ones have more rows than a shard
CONVOLUTIONAL = [
    ("MNIST_CNN:2x28x28-2", "tanh", "SANDMask", {"tau": 0.5, "k": 1e-4}, "--domains 2 --rows 3,2"),
    ("MNIST_CNN:1x9x7-3", "leaky_relu", "ANDMask", {"tau": 0.4, "weight_decay": 0.01},
     "--domains 3 --rows 4 --with-adam"),
    ("SmallCNN:3x16x16-7", "relu", "SANDMask", {"tau": 0.2, "k": 1e-4}, "--domains 3 --rows 6"),
    ("SmallCNN:3x11x13-2", "tanh", "ERM", {"lr": 0.1}, "--domains 2 --rows 35,1"),
]
TOLERANCES = {"direct": ["1e-5", "1e-12"], "winograd": ["1e-4", "1e-11"]}  # for each of PROGRAMS


class Reference(Case):
    def reference(self, *arguments):
        """-> (exit code, stdout)"""
        said = io.StringIO()
        with mock.patch.object(sys, "argv", ["step_reference", *arguments]), contextlib.redirect_stdout(said):
            return step_reference.main(), said.getvalue()

    def compared(self, update, number, wrong=None, flags=(), judged=None):
        """One update by the program with the flags, judged by the reference: -> (exit code, its table)"""
        model, activation, algorithm, hparams, data = update
        program, dtype, usually_judged = PROGRAMS[number]
        given, made = self.path("in.safetensors"), self.path("out.safetensors")
        self.reference("make", "--model", model, "--dtype", dtype, *data.split(), given)
        method = ["--activation", activation, "--algorithm", algorithm]
        self.run_program("step", "--model", model, *method, "--hparams", json.dumps(hparams), *flags,
                         "--in", given, "--out", made, program=program)
        return self.reference("check", "--model", model, *method,
                              "--hparams", json.dumps({**hparams, **(wrong or {})}),
                              *(judged or usually_judged), given, made)

    def test_every_number_of_an_update_follows_the_formulas(self):
        for number in [0, 1]:
            for update in UPDATES:
                code, table = self.compared(update, number)
                self.assertEqual(code, 0, f"{PROGRAMS[number][0]} {update}\n{table}")

    def test_every_number_of_an_update_of_convolutions_follows_the_formulas(self):
        for convolution, tolerances in TOLERANCES.items():
            # staged in double, too: a step turns the last bits of tiny gradients into more
            for number, tolerance in enumerate(tolerances):
                for update in CONVOLUTIONAL:
                    code, table = self.compared(update, number, flags=["--convolution", convolution],
                                                judged=["--staged", "--tolerance", tolerance])
                    self.assertEqual(code, 0, f"{PROGRAMS[number][0]} {convolution} {update}\n{table}")

    def test_one_domain_has_no_variance_but_a_mask_with_allow_closed(self):
        given, made = self.path("in.safetensors"), self.path("out.safetensors")
        self.reference("make", "--model", "mlp:4-3-2", "--dtype", "F64", "--domains", "1", given)
        options = ["--model", "mlp:4-3-2", "--algorithm", "SANDMask", "--hparams", '{"tau": 0.5}']
        self.run_program("step", *options, "--allow-closed", "--in", given, "--out", made,
                         program="sandgrad64")
        self.assertEqual(self.reference("check", *options, given, made)[0], 0)
        self.refused(USAGE, "step", *options, "--in", given, "--out", made, says=["domain"],
                     program="sandgrad64")

    def test_the_comparison_finds_planted_errors(self):
        for number in [0, 1]:
            for wrong, where in [({"lr": 1.001e-3}, "parameter"), ({"tau": 0.51}, "mask"),
                                 ({"k": 1.0001e-3}, "mask"), ({"weight_decay": 1e-4}, "adam_m")]:
                code, table = self.compared(UPDATES[2], number, wrong)
                self.assertEqual(code, 1, f"{wrong}\n{table}")
                self.assertRegex(table, rf"(?m)^{where} +\S+ +DIFFERS")

    def test_threads_change_no_bit_of_an_update(self):
        given = self.path("in.safetensors")
        for rows, method in [("150", ["--model", "mlp:18-40-2"]),
                             ("40", ["--model", "MNIST_CNN:2x9x9-2", "--convolution", "winograd"]),
                             ("40", ["--model", "MNIST_CNN:2x9x9-2", "--convolution", "direct"])]:
            self.reference("make", *method[:2], "--dtype", "F32", "--domains", "3", "--rows", rows, given)
            outputs = set()
            for threads in "12347":
                self.run_program("step", *method, "--hparams", '{"tau": 0.3}', "--in", given, "--out", "out",
                                 "--threads", threads)
                outputs.add(self.bytes_of("out"))
            self.assertEqual(len(outputs), 1, method)

    def test_images_may_be_flat(self):
        given, model = self.path("in.safetensors"), ["--model", "SmallCNN:3x9x8-2"]
        outputs = set()
        self.reference("make", *model, "--dtype", "F32", "--domains", "2", given)
        for _ in range(2):
            self.run_program("step", *model, "--hparams", '{"tau": 0.3}', "--in", given, "--out", "out")
            outputs.add(self.bytes_of("out"))
            tensors = step_reference.read_tensors(given)
            flat = {name: tensors[name].reshape(len(tensors[name]), -1) for name in ("x0", "x1")}
            step_reference.write_tensors(given, {**tensors, **flat}, "F32")
        self.assertEqual(len(outputs), 1)

    def bytes_of(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()


class Inputs(Case):
    MODEL = "mlp:5-7-3"

    def given(self, change=None, dtype="F32"):
        """An input for MODEL, with its tensors changed by `change`."""
        random = step_reference.np.random.RandomState(0)
        tensors = {slot: random.randn(*shape) for slot, shape in Network(self.MODEL).slots.items()}
        for domain in range(3):
            tensors |= {f"x{domain}": random.randn(4, 5), f"y{domain}": random.randint(3, size=4)}
        if change:
            change(tensors)
        step_reference.write_tensors(self.path("in"), tensors, dtype)

    def refused_step(self, code, *says, **options):
        self.refused(code, "step", "--model", self.MODEL, "--hparams", '{"tau": 0.4}', "--in", "in",
                     "--out", "out", says=says, **options)
        self.assertLessEqual(set(os.listdir(self.folder)), {"in"})

    def test_slots_are_listed_as_the_files_name_them(self):
        for model in [self.MODEL, "MNIST_CNN:2x28x28-2", "SmallCNN:3x64x64-7"]:
            stdout, _ = self.run_program("step", "--model", model, "--slots")
            self.assertEqual([(slot["name"], tuple(slot["shape"])) for slot in json.loads(stdout)],
                             list(Network(model).slots.items()))

    def test_an_error_about_a_number_that_float_does_not_hold_names_sandgrad64(self):
        self.given(dtype="F64")
        self.refused_step(DATA, "a number does not fit", "expected F32, or what it holds exactly",
                          "found    F64 ", " as number 0", "sandgrad64 reads F64")

    def test_equal_numbers_of_any_type_give_the_same_update(self):
        np = step_reference.np

        def given(dtype, labels):
            def exact(tensors):
                for name, tensor in tensors.items():
                    tensors[name] = tensor.astype(labels) if name[0] == "y" else np.round(tensor * 8) / 8
            self.given(exact, dtype)

        def update(program):
            self.run_program("step", "--model", self.MODEL, "--hparams", '{"tau": 0.4}', "--in", "in",
                             "--out", "out", program=program)
            with open(self.path("out"), "rb") as file:
                return file.read()

        for program, own, other in [("sandgrad", "F32", "F64"), ("sandgrad64", "F64", "F32")]:
            given(own, np.int64)
            expected = update(program)
            for dtype in [own, other]:
                given(dtype, np.int64)
                self.assertEqual(update(program), expected)
        given("F32", np.int64)
        expected = update("sandgrad")
        for labels in [np.int32, np.int16, np.int8, np.uint64, np.uint32, np.uint16, np.uint8]:
            given("F32", labels)
            self.assertEqual(update("sandgrad"), expected, labels)

    def test_missing_misnamed_or_misshaped_tensors_are_named(self):
        np = step_reference.np

        def with_adam(tensors, steps):
            for slot in Network(self.MODEL).slots:
                tensors |= {f"adam_{moment}.{slot}": np.zeros(tensors[slot].shape) for moment in "mv"}
            tensors["adam_t"] = np.array([steps])

        for change, *says in [
                (lambda t: t.pop("linear1.bias"), '"linear1.bias"'),
                (lambda t: t.pop("y1"), '"y1"'),
                (lambda t: [t.pop(f"{kind}{domain}") for kind in "xy" for domain in range(3)], "no domain"),
                (lambda t: t.update(linear0_weight=np.zeros(1)), "unknown tensor in input", "linear0_weight"),
                (lambda t: t.update({"linear0.weight": t["linear0.weight"].T}), "linear0.weight", "[7, 5]",
                 "[5, 7]"),
                (lambda t: t.update(x2=np.zeros((4, 6))), "x2 and y2", "[n, 5]", "[4, 6]"),
                (lambda t: t.update(y2=np.zeros(3, int)), "x2 and y2", "y2 [3]"),
                (lambda t: t.update(y2=np.zeros((4, 1), int)), "x2 and y2", "y2 [n]", "y2 [4, 1]"),
                (lambda t: t.update(x2=np.zeros((0, 5)), y2=np.zeros(0, int)), "n at least 1"),
                (lambda t: t.update(x3=np.zeros((4, 5))), '"y3"'),
                (lambda t: t.update(x4=np.zeros((4, 5)), y4=np.zeros(4, int)), "unknown tensor in input",
                 "x4"),
                (lambda t: t["y1"].__setitem__(2, 3), "a label is not one of 0 .. 2"),
                (lambda t: t["y1"].__setitem__(2, -1), "y1 has a label that is not a class", "-1"),
                (lambda t: t.update(y1=np.zeros(4)), '"y1"', "I64"),
                (lambda t: t.update(adam_t=np.array([3])), "adam_m.linear0.weight"),
                (lambda t: t.update(adam_t=np.array([3, 4])), "adam_t must be one number"),
                (lambda t: with_adam(t, -1), "adam_t is the number of updates made", "expected 0 to 2^63 - 2",
                 "found    -1"),
                (lambda t: with_adam(t, 2**63 - 1), "adam_t is the number of updates made",
                 "found    9223372036854775807")]:
            self.given(change)
            self.refused_step(DATA, *says)

    def test_numbers_that_are_not_finite_are_traced_to_domain_and_operation(self):
        np = step_reference.np
        for change, *says in [
                (lambda t: t["x1"].__setitem__((2, 3), np.nan), "loss of domain 1", "first at constant",
                 ", 1 NaN", "the data has a NaN"),
                (lambda t: t["x2"].__setitem__((0, 0), np.inf), "loss of domain 2", "first at constant"),
                (lambda t: t["linear1.weight"].__setitem__((0, 0), np.nan),
                 "first at parameter linear1.weight"),
                (lambda t: t.update({"linear0.weight": 0 * t["linear0.weight"],
                                     "linear1.weight": 1e3 * t["linear1.weight"], "x1": 0 * t["x1"] + 1e38}),
                 "gradient of domain 1", "first at linear [4, 7], backward",
                 "input    constant [4, 5]: 20 numbers from 1e+38 to 1e+38",
                 "parameter linear0.weight [7, 5]: 35 numbers from 0 to 0\n    dx       35 numbers",
                 "infinite")]:
            self.given(change)
            self.refused_step(NON_FINITE, *says)

    def test_invalid_files_are_distinguished(self):
        self.refused_step(MISSING, "there is no such file")
        with open(self.path("in"), "wb") as file:
            file.write(b"\xff" * 100)
        self.refused_step(DATA, "safetensors")
        self.given()
        with open(self.path("in"), "r+b") as file:
            file.truncate(300)
        self.refused_step(DATA, "safetensors")


if __name__ == "__main__":
    sys.exit(main())
