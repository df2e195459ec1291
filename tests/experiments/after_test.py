#!/usr/bin/env python3
"""After training: `evaluate`, `predict`, fine-tuning, and runs that predict numbers or labels.

    after_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed
"""
import csv
import json
import math
import os
import random
import shutil
import struct
import sys
import zlib

import program_test
import tables_test
from program_test import BUSY, DATA, MISSING, USAGE
from tables_test import PATIENTS, QUICK

SPIRALS = ["train", "--algorithm", "ERM", "--hparams", '{"batch_size": 32, "mlp_width": 16}']
KINDS = {"F32": ("f", 4), "I64": ("q", 8), "U8": ("B", 1)}


class Case(tables_test.Case):
    def arrays(self, name, **tensors):
        """Writes a safetensors file; a tensor is its type, its shape and its numbers."""
        header, body = {}, b""
        for key, (kind, shape, numbers) in tensors.items():
            content = struct.pack(f"<{len(numbers)}{KINDS[kind][0]}", *numbers)
            header[key] = {"dtype": kind, "shape": shape,
                           "data_offsets": [len(body), len(body) + len(content)]}
            body += content
        text = json.dumps(header).encode()
        with open(self.path(name), "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + body)

    def npy(self, name, shape, numbers, kind="<f4"):
        text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
        text += " " * (-(len(text) + 11) % 64) + "\n"
        letter = {"<f4": "f", "<f8": "d", "|u1": "B"}[kind]
        with open(self.path(name), "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
                       + struct.pack(f"<{len(numbers)}{letter}", *numbers))

    def read_npy(self, name):
        """-> the shape and the numbers of a file of floats"""
        with open(self.path(name), "rb") as file:
            content = file.read()
        length = struct.unpack("<H", content[8:10])[0]
        header = eval(content[10 : 10 + length])  # a literal of numpy's own form
        numbers = struct.unpack(f"<{(len(content) - 10 - length) // 4}f", content[10 + length :])
        return header["shape"], numbers

    def rows(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def evaluate(self, *words, **options):
        return json.loads(self.run_program("evaluate", *words, "--json", **options)[0])

    def assert_same_as_record(self, run, *words, keys=("loss", "accuracy")):
        """The scores of `evaluate` have the bits of the run's last record."""
        record = self.whole_lines(run, "metrics.jsonl")[-1]
        told = self.evaluate(run, *words)
        self.assertEqual(told["step"], record["step"])
        seen = 0
        for part in told["parts"]:
            domain = record["domains"][part["env"]]
            self.assertEqual(domain["name"], part["domain"])
            for key in keys:
                if part["examples"]:
                    self.assertEqual(part[key], domain[f"{part['part']}_{key}"])
                    seen += 1
                else:
                    self.assertNotIn(f"{part['part']}_{key}", domain)
        self.assertGreater(seen, len(record["domains"]))
        return told


class Evaluate(Case):
    def test_scores_are_those_of_the_last_record_bit_for_bit(self):
        for more in [["--protocol", "domainbed"], ["--protocol", "ilc", "--holdout-fraction", "0.3"],
                     ["--evaluate-examples", "50", "--holdout-fraction", "0.2"]]:
            self.run_program(*SPIRALS, "--steps", "5", *more, "--output-dir", "run", "--fresh")
            told = self.assert_same_as_record("run", "--threads", "1")
            self.assertEqual(told, self.evaluate("run", "--threads", "2"))
        self.assertEqual({part["examples"] for part in told["parts"]}, {50})
        whole = self.evaluate("run", "--evaluate-examples", "0")
        self.assertEqual(whole["parts"][2]["examples"] + whole["parts"][3]["examples"], 1024)

    def test_a_table_has_the_preprocessing_of_its_run(self):
        self.run_program("train", *PATIENTS, "--one-hot", "ward", *QUICK, "--output-dir", "run")
        told = self.assert_same_as_record("run")
        for part in told["parts"]:
            self.assertEqual(sum(map(sum, part["confusion"])), part["examples"])
            for i, of_class in enumerate(part["classes"]):
                self.assertEqual(of_class["name"], ["ill", "well"][i])
                self.assertEqual(of_class["examples"], sum(part["confusion"][i]))
                self.assertEqual(of_class["right"], part["confusion"][i][i])
            self.assertLessEqual(0, part["calibration_error"])
        text = self.run_program("evaluate", "run")[0]
        self.assertIn("run/checkpoints/step-000002.safetensors, step 2, on Table (60 rows of 3 inputs", text)
        self.assertIn("  env  domain  part  examples", text)
        self.assertIn("  true \\ predicted  ill  well", text)
        self.assertIn("over 15 bins (Guo et al. 2017", text)

    def test_own_data_that_moved_are_found_and_other_files_refused(self):
        self.run_program("train", *PATIENTS, "--one-hot", "ward", *QUICK, "--output-dir", "run")
        told = self.evaluate("run")
        os.mkdir(self.path("there"))
        shutil.move(self.path("patients.csv"), self.path("there", "patients.csv"))
        self.refused(MISSING, "evaluate", "run", says=["name the present data directory with --data-dir"])
        self.assertEqual(self.evaluate("run", "--data-dir", "there"), told)
        self.write(self.patients(seed=2), "there", "patients.csv")
        said = "".join(self.run_program("evaluate", "run", "--data-dir", "there", code=DATA))
        self.assertIn("the data differ from those of the run", said)

    def test_a_checkpoint_finds_its_record_and_weights_are_those_of_its_step(self):
        self.run_program(*SPIRALS, "--steps", "7", "--record-every", "3", "--output-dir", "run")
        metrics = {line["step"]: line for line in self.whole_lines("run", "metrics.jsonl")}
        for step in (3, 6):
            file = f"run/checkpoints/step-{step:06}.safetensors"
            for word, cwd in [(file, self.folder), (os.path.basename(file), self.path("run", "checkpoints"))]:
                told = self.evaluate(word, cwd=cwd)
                self.assertEqual(told["step"], step)
                self.assertEqual(told["parts"][0]["loss"], metrics[step]["domains"][0]["in_loss"])
        told = self.evaluate("run/weights.safetensors")
        self.assertIsNone(told["step"])
        self.assertEqual(told["parts"][0]["loss"], metrics[6]["domains"][0]["in_loss"])

    def test_a_damaged_checkpoint_is_passed_over_or_refused(self):
        self.run_program(*SPIRALS, "--steps", "7", "--record-every", "3", "--output-dir", "run")
        last = self.path("run", "checkpoints", "step-000006.safetensors")
        with open(last, "r+b") as file:
            file.seek(-3, os.SEEK_END)
            file.write(b"x")
        stdout, stderr = self.run_program("evaluate", "run", "--json")
        self.assertEqual(json.loads(stdout)["step"], 3)
        self.assertIn("sandgrad: skipped a checkpoint", stderr)
        self.refused(DATA, "evaluate", last, says=["checkpoint: damaged"])

    def test_other_data_are_scored_by_the_names_of_their_classes(self):
        self.run_program("train", *PATIENTS, "--one-hot", "ward", *QUICK, "--output-dir", "run")
        lines = self.patients().splitlines()
        well = [lines[0]] + [line for line in lines[1:] if line.endswith("well")]
        self.write("\n".join(well) + "\n", "other.csv")
        told = self.evaluate("run", "--data-file", "other.csv")
        self.assertEqual([part["part"] for part in told["parts"]], ["all"] * 3)
        self.assertEqual([of_class["examples"] for of_class in told["parts"][0]["classes"]][0], 0)
        self.assertNotIn("accuracy", told["parts"][0]["classes"][0])
        own = self.evaluate("run", "--data-file", "patients.csv")["parts"]
        both = self.evaluate("run")["parts"]
        self.assertEqual(own[0]["examples"], both[0]["examples"] + both[1]["examples"])
        self.assertEqual(sum(row[1] for row in own[0]["confusion"]),
                         sum(row[1] for part in both[:2] for row in part["confusion"]))
        self.write("\n".join(lines).replace("well", "dead") + "\n", "other.csv")
        self.refused(DATA, "evaluate", "run", "--data-file", "other.csv",
                     says=["a class that the training did not have", '"dead"'])
        self.write("\n".join(lines).replace("age", "Age", 1) + "\n", "other.csv")
        self.refused(DATA, "evaluate", "run", "--data-file", "other.csv",
                     says=["a column of the training is missing", "is it Age?"])

    def test_other_generated_data_are_scored(self):
        self.run_program(*SPIRALS, "--steps", "3", "--output-dir", "run")
        told = self.evaluate("run", "--dataset", "Spirals", "--trial-seed", "5")
        self.assertEqual(told["parts"][1]["examples"], 1024)
        self.assertNotEqual(told["parts"][1]["loss"],
                            self.evaluate("run", "--dataset", "Spirals")["parts"][1]["loss"])
        self.refused(DATA, "evaluate", "run", "--dataset", "RotatedMNIST", "--digits", "generated",
                     says=["the network of the run takes other inputs"])

    def test_a_file_without_a_record_needs_model_and_data(self):
        self.run_program(*SPIRALS, "--steps", "3", "--protocol", "domainbed", "--output-dir", "run")
        shutil.copy(self.path("run", "weights.safetensors"), self.path("w.safetensors"))
        self.refused(USAGE, "evaluate", "w.safetensors", says=["--model is needed", "no record.json"])
        self.refused(USAGE, "evaluate", "w.safetensors", "--model", "mlp:18-16-16-2",
                     says=["--dataset is needed"])
        told = self.evaluate("w.safetensors", "--model", "mlp:18-16-16-2", "--dataset", "Spirals")
        whole = self.evaluate("run", "--dataset", "Spirals")
        self.assertEqual(told["parts"], whole["parts"])
        self.refused(USAGE, "evaluate", "w.safetensors", "--model", "mlp:18-16-16-3", "--dataset", "Spirals",
                     says=[])
        self.refused(DATA, "evaluate", "w.safetensors", "--model", "mlp:18-17-2", "--dataset", "Spirals",
                     says=["the file does not fit the model"])
        self.refused(USAGE, "evaluate", "w.safetensors", "--model", "mlp:2-2", "--dataset", "Table",
                     "--data-file", "patients.csv", says=["a table needs the record.json"])
        self.refused(USAGE, "evaluate", "run", "--model", "mlp:18-16-16-2", says=["names the model already"])

    def test_what_is_not_there_is_named(self):
        self.refused(MISSING, "evaluate", "nowhere", says=["no such file or directory"])
        os.mkdir(self.path("empty"))
        self.refused(MISSING, "evaluate", "empty", says=["holds no run"])
        self.run_program(*SPIRALS, "--steps", "3", "--output-dir", "run")
        shutil.rmtree(self.path("run", "checkpoints"))
        self.refused(MISSING, "evaluate", "run", says=["no checkpoint that can be read"])
        self.refused(USAGE, "evaluate", "run", "--bins", "0", says=[])
        self.refused(USAGE, "evaluate", "run", "--image-size", "32",
                     says=["--image-size: is for other data than the run's own"])


class Predict(Case):
    def setUp(self):
        super().setUp()
        self.run_program("train", *PATIENTS, "--one-hot", "ward", *QUICK, "--output-dir", "run")

    def predict(self, source, out="p.csv", *words, **options):
        return self.run_program("predict", "run", "--in", source, "--out", out, *words, **options)

    def test_rows_of_a_table_have_a_class_and_probabilities(self):
        self.predict("patients.csv")
        rows = self.rows("p.csv")
        self.assertEqual(rows[0], ["example", "class", "P(ill)", "P(well)"])
        self.assertEqual([row[0] for row in rows[1:]], [str(i) for i in range(60)])
        patients = [line.split(",") for line in self.patients().splitlines()[1:]]
        right = {}
        for row, patient in zip(rows[1:], patients):
            ill, well = map(float, row[2:])
            self.assertAlmostEqual(ill + well, 1, places=6)
            self.assertEqual(row[1], "ill" if ill >= well else "well")
            right[patient[0]] = right.get(patient[0], 0) + (row[1] == patient[3])
        told = self.evaluate("run", "--data-file", "patients.csv")["parts"]
        self.assertEqual([right[name] for name in "abc"],
                         [sum(of_class["right"] for of_class in part["classes"]) for part in told])

    def test_csv_and_npy_have_the_same_numbers_for_any_number_of_threads(self):
        self.predict("patients.csv", "p.csv", "--threads", "1")
        self.predict("patients.csv", "p.npy", "--threads", "2")
        self.predict("patients.csv", "q.csv", "--threads", "2")
        self.assertEqual(self.read("p.csv"), self.read("q.csv"))
        shape, numbers = self.read_npy("p.npy")
        self.assertEqual(shape, (60, 2))
        floats = [struct.unpack("<f", struct.pack("<f", float(cell)))[0]
                  for row in self.rows("p.csv")[1:] for cell in row[2:]]
        self.assertEqual(floats, list(numbers))

    def test_the_columns_are_those_of_the_training(self):
        rows = [line.split(",") for line in self.patients().splitlines()]
        order = "\n".join(f"{ward},{age}" for _, age, ward, _ in rows) + "\n"
        self.write(order, "inputs.csv")
        self.predict("patients.csv")
        self.predict("inputs.csv", "q.csv")
        self.assertEqual(self.read("p.csv"), self.read("q.csv"))
        self.write(order.replace("age", "years"), "inputs.csv")
        for text, says in [(order.replace("age", "years"), ["a column of the training is missing", '"age"']),
                           (order.replace("\n", ",1\n").replace("ward,age,1", "ward,age,more"),
                            ["the training had no such column", '"more"', "--drop-columns more"]),
                           (order.replace("east", "north"),
                            ["a word that the training did not have", "known  east, west"]),
                           ("ward,age\neast,\n", ["a cell is missing", "--missing mean"]),
                           ("ward,age\n", ["the table has no rows"])]:
            self.write(text, "inputs.csv")
            self.refused(DATA, "predict", "run", "--in", "inputs.csv", "--out", "r.csv", says=says)
            self.assertFalse(os.path.exists(self.path("r.csv")))
        self.write(order.replace("\n", ",1\n").replace("ward,age,1", "ward,age,more"), "inputs.csv")
        self.predict("inputs.csv", "q.csv", "--drop-columns", "more", "--force")
        self.assertEqual(self.read("p.csv"), self.read("q.csv"))
        self.write("ward,age\neast,\n", "inputs.csv")
        self.predict("inputs.csv", "q.csv", "--missing", "mean", "--force")

    def test_a_table_of_one_column_needs_its_separator(self):
        self.run_program("train", *PATIENTS, "--drop-columns", "ward", *QUICK, "--output-dir", "run",
                         "--fresh")
        self.write("age\n50\n", "inputs.csv")
        self.refused(DATA, "predict", "run", "--in", "inputs.csv", "--out", "p.csv",
                     says=["no separator divides the header", "--separator names one"])
        self.predict("inputs.csv", "p.csv", "--separator", "comma")
        self.assertEqual(len(self.rows("p.csv")), 2)

    def test_an_array_has_the_inputs_before_standardisation(self):
        rows = [line.split(",") for line in self.patients().splitlines()[1:]]
        numbers = [number for _, age, ward, _ in rows
                   for number in (float(age), float(ward == "east"), float(ward == "west"))]
        self.npy("x.npy", (60, 3), numbers, "<f8")
        self.predict("patients.csv")
        self.predict("x.npy", "q.csv")
        self.assertEqual(self.read("p.csv"), self.read("q.csv"))
        self.npy("x.npy", (90, 2), numbers, "<f8")
        self.refused(DATA, "predict", "run", "--in", "x.npy", "--out", "r.csv",
                     says=["another number of inputs", "expected [n, 3]"])
        self.npy("x.npy", (60, 3), [math.nan] + numbers[1:], "<f8")
        self.refused(DATA, "predict", "run", "--in", "x.npy", "--out", "r.csv",
                     says=["an input is not finite", "example 0"])

    def test_a_file_is_replaced_only_with_force_and_never_half_written(self):
        self.write("mine", "p.csv")
        self.refused(BUSY, "predict", "run", "--in", "patients.csv", "--out", "p.csv",
                     says=["the file exists already", "--force"])
        self.assertEqual(self.read("p.csv"), "mine")
        self.predict("patients.csv", "p.csv", "--force")
        self.assertEqual(len(self.rows("p.csv")), 61)
        self.assertEqual([name for name in os.listdir(self.folder) if "part" in name], [])

    def test_what_does_not_fit_is_refused(self):
        for code, source, out, says in [(USAGE, "patients.csv", "p.txt", "--out must end"),
                                        (USAGE, "patients.xlsx", "p.csv", "--in must be"),
                                        (USAGE, ".", "p.csv", "trained on photos"),
                                        (MISSING, "none.csv", "p.csv", "no such file")]:
            self.refused(code, "predict", "run", "--in", source, "--out", out, says=[says])
        shutil.copy(self.path("run", "weights.safetensors"), self.path("w.safetensors"))
        self.refused(USAGE, "predict", "w.safetensors", "--in", "patients.csv", "--out", "p.csv",
                     says=["no record.json"])
        record = json.loads(self.read("run", "record.json"))
        for change, says in [(lambda r: r["data"]["inputs"][0].update(mean="x"), "no mean"),
                             (lambda r: r["data"]["inputs"][0].update(deviation=-1), "deviation"),
                             (lambda r: r["data"].update(classes=["a"]), "names of the classes"),
                             (lambda r: r["data"].update(classes=7), "no classes"),
                             (lambda r: r["data"].update(inputs=[]), "another number of inputs")]:
            changed = json.loads(json.dumps(record))
            change(changed)
            self.write(json.dumps(changed), "run", "record.json")
            self.npy("x.npy", (1, 3), [0, 0, 0])
            if not changed["data"]["inputs"]:
                self.npy("x.npy", (1, 2), [0, 0])
            self.run_program("predict", "run", "--in", "x.npy", "--out", "p.csv", code=DATA)

    def test_one_logit_gives_both_probabilities(self):
        self.run_program(*SPIRALS, "--steps", "3", "--protocol", "ilc", "--output-dir", "two")
        self.npy("x.npy", (5, 18), [0.1 * i for i in range(90)])
        self.run_program("predict", "two", "--in", "x.npy", "--out", "p.csv")
        rows = self.rows("p.csv")
        self.assertEqual(rows[0], ["example", "class", "P(0)", "P(1)"])
        for row in rows[1:]:
            self.assertAlmostEqual(float(row[2]) + float(row[3]), 1, places=6)
            self.assertEqual(row[1], str(int(float(row[3]) > 0.5)))

    def test_photos_are_predicted_by_file_name(self):
        dice = random.Random(1)
        for domain in "ab":
            for label, shade in [("dark", 40), ("light", 200)]:
                for i in range(6):
                    name = self.path("photos", domain, label, f"{i}.png")
                    os.makedirs(os.path.dirname(name), exist_ok=True)
                    pixels = bytes(shade + dice.randrange(-20, 20) for _ in range(16 * 16 * 3))
                    with open(name, "wb") as file:
                        file.write(png(16, 16, pixels))
        self.run_program("train", "--dataset", "ImageFolder", "--data-dir", "photos", "--image-size", "16",
                         "--model", "MLP", "--algorithm", "ERM", "--steps", "3", "--output-dir", "seen",
                         "--hparams", '{"mlp_width": 4, "batch_size": 8}')
        self.assertEqual(json.loads(self.read("seen", "record.json"))["data"]["classes"], ["dark", "light"])
        self.run_program("predict", "seen", "--in", "photos/b", "--out", "p.csv")
        rows = self.rows("p.csv")
        self.assertEqual(rows[0], ["example", "class", "P(dark)", "P(light)"])
        self.assertEqual(rows[1][0], "dark/0.png")
        right = sum(row[1] == row[0].split("/")[0] for row in rows[1:])
        told = self.evaluate("seen", "--dataset", "ImageFolder", "--data-dir", "photos")["parts"][1]
        self.assertEqual(right, sum(of_class["right"] for of_class in told["classes"]))
        self.assertIn("verified", self.run_program("verify", "seen")[0])
        record = json.loads(self.read("seen", "record.json"))
        del record["data"]["classes"]  # as older versions wrote it
        self.write(json.dumps(record), "seen", "record.json")
        self.assertIn("verified", self.run_program("verify", "seen")[0])
        self.write("x", "photos", "b", "light", "9.jpg")
        words = ["predict", "seen", "--in", "photos/b", "--out", "q.csv"]
        self.refused(DATA, *words, says=["1 of 13 cannot be read"])
        _, stderr = self.run_program(*words, "--skip-unreadable")
        self.assertIn("skipped photos/b/light/9.jpg", stderr)
        self.assertEqual(len(self.rows("q.csv")), 13)


def png(width, height, pixels):
    """-> a PNG file of RGB pixels"""
    def chunk(name, content):
        return (struct.pack(">I", len(content)) + name + content
                + struct.pack(">I", zlib.crc32(name + content)))
    rows = b"".join(b"\0" + pixels[3 * width * y : 3 * width * (y + 1)] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class FineTune(Case):
    def weights(self, run):
        """-> bytes by the name of the tensor"""
        with open(self.path(run, "weights.safetensors"), "rb") as file:
            content = file.read()
        length = struct.unpack("<Q", content[:8])[0]
        header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
        return {name: body[slice(*entry["data_offsets"])]
                for name, entry in header.items() if name != "__metadata__"}

    def test_frozen_weights_keep_every_bit_and_the_run_is_verified_and_inspected(self):
        self.run_program(*SPIRALS, "--steps", "3", "--output-dir", "first")
        start = ["--init-from", "first/weights.safetensors", "--freeze", "linear0.*", "--freeze", "*1.bias",
                 "--steps", "6", "--record-every", "2"]
        hparams = ["--hparams", '{"batch_size": 32, "mlp_width": 16, "weight_decay": 0.5}']
        self.run_program("train", "--algorithm", "SANDMask", *hparams, *start, "--output-dir", "run")
        before, after = self.weights("first"), self.weights("run")
        self.assertEqual({name for name in before if before[name] == after[name]},
                         {"linear0.weight", "linear0.bias", "linear1.bias"})
        self.assertIn("verified: 6 steps", self.run_program("verify", "run")[0])
        self.assertIn("verified", self.run_program("verify", "run", "--from-step", "4")[0])
        args = json.loads(self.read("run", "record.json"))["args"]
        self.assertEqual(args["freeze"], ["linear0.*", "*1.bias"])
        words = ["inspect", "run", "--step", "3", "--weight"]
        text = self.run_program(*words, "linear0.weight[1,2]", "--weight", "linear2.weight[0,1]")[0]
        self.assertIn("linear0.weight[1,2] is frozen (--freeze): its gradients count as 0", text)
        self.assertIn("The explanation of linear2.weight[0,1] in step 3", text)
        told = json.loads(self.run_program(*words, "linear1.bias[2]", "--json")[0])
        value = struct.unpack_from("<f", after["linear1.bias"], 8)[0]
        self.assertEqual((told["frozen"], told["step"]), (True, 3))
        self.assertEqual(struct.unpack("<f", struct.pack("<f", told["value"]))[0], value)
        self.assertIn("linear0.weight is frozen",
                      self.run_program("inspect", "run", "--step", "3", "--layer", "linear0.weight")[0])
        self.refused(USAGE, "inspect", "run", "--step", "3", "--layer", "linear0.weight", "--heat-map",
                     "h.png", says=["the layer is frozen"])

    def test_a_stopped_run_with_frozen_weights_resumes_with_the_same_bits(self):
        run = [*SPIRALS, "--steps", "40", "--freeze", "linear1.weight", "--checkpoint-every", "5"]
        self.run_program(*run, "--output-dir", "whole")
        self.run_program(*run, "--output-dir", "cut")
        shutil.copytree(self.path("cut"), self.path("again"))
        for name in os.listdir(self.path("again", "checkpoints")):
            if name != "step-000035.safetensors":
                os.remove(self.path("again", "checkpoints", name))
        os.remove(self.path("again", "done"))
        self.run_program(*run, "--output-dir", "again")
        self.assertEqual(self.weights("whole"), self.weights("again"))

    def test_a_pattern_without_a_match_is_refused_with_the_names(self):
        self.refused(USAGE, *SPIRALS, "--freeze", "conv0.*", "--output-dir", "run",
                     says=["no parameter tensor has such a name", "known linear0.weight, linear0.bias"])
        self.assertFalse(os.path.exists(self.path("run")))
        self.refused(USAGE, *SPIRALS, "--freeze", "*", says=["nothing would train"])

    def test_tensors_that_fit_are_kept_and_the_others_named(self):
        self.run_program("train", *PATIENTS, "--one-hot", "ward", *QUICK, "--output-dir", "two")
        self.write(self.patients().replace("well\n", "fine\n", 20), "patients.csv")  # three classes
        start = ["train", *PATIENTS, "--one-hot", "ward", *QUICK, "--init-from", "two/weights.safetensors"]
        _, stderr = self.run_program(*start, code=DATA)
        self.assertIn("weights: the file does not fit the model\n", stderr)
        self.assertIn("misshaped linear2.weight [3, 4], found [2, 4]", stderr)
        freeze = ["--freeze", "linear[01].*"]
        _, stderr = self.run_program(*start, "--init-partial", *freeze, "--output-dir", "three")
        self.assertIn("init-from: misshaped linear2.weight [3, 4], found [2, 4] of F32\n", stderr)
        self.assertIn("init-from: misshaped linear2.bias [3], found [2] of F32\n", stderr)
        before, after = self.weights("two"), self.weights("three")
        for name in ["linear0.weight", "linear0.bias", "linear1.weight", "linear1.bias"]:
            self.assertEqual(before[name], after[name])
        self.assertEqual(len(after["linear2.bias"]), 12)
        self.assertIn("verified", self.run_program("verify", "three")[0])
        self.refused(BUSY, *start, "--init-partial", "--output-dir", "three", says=["--freeze"])
        self.refused(USAGE, *start[:-2], "--init-partial", says=["needs --init-from"])


class Targets(Case):
    """Runs that predict numbers or labels."""
    LINE = ["--dataset", "Table", "--data-file", "line.csv", "--drop-columns", "p", "q",
            "--label-column", "up,down", "--task", "regress"]
    LABELS = [*LINE[:5], "up", "down", "--label-column", "p,q", "--task", "multilabel"]

    def setUp(self):
        super().setUp()
        dice = random.Random(1)
        lines = ["domain,x,z,up,down,p,q"]
        for i in range(240):
            x, z = dice.gauss(0, 1), dice.gauss(0, 1)
            lines.append(f"{'abcde'[i % 5]},{x:.4f},{z:.4f},{x + z + dice.gauss(0, 0.1):.4f},{1 - 2 * x:.4f},"
                         f"{int(x > z)},{int(z > 1)}")
        self.write("\n".join(lines) + "\n", "line.csv")

    def test_numbers_of_a_table_are_learned_recorded_verified_and_predicted(self):
        hparams = ["--hparams", '{"mlp_depth": 0, "batch_size": 32, "lr": 0.05, "weight_decay": 0}']
        self.run_program("train", *self.LINE, *hparams, "--algorithm", "ERM", "--steps", "201",
                         "--test-envs", "2", "--output-dir", "run")
        line = self.whole_lines("run", "results.jsonl")[-1]
        self.assertGreater(line["env2_in_r2"], 0.95)
        self.assertLess(line["env2_out_mse"], 0.1)
        self.assertFalse([key for key in line if key.endswith("_acc")])
        domain = self.whole_lines("run", "metrics.jsonl")[-1]["domains"][2]
        self.assertEqual(set(domain), {"name", "in_mse", "in_r2", "out_mse", "out_r2"})
        self.assertIn("train in: mse, R2", self.read("run", "out.txt"))
        self.assertEqual(json.loads(self.read("run", "record.json"))["data"]["targets"], ["up", "down"])
        self.assertIn("verified: 201 steps", self.run_program("verify", "run")[0])
        told = self.assert_same_as_record("run", keys=("mse", "r2"))
        self.assertEqual([target["name"] for target in told["parts"][0]["targets"]], ["up", "down"])
        self.assertIn("  number", self.run_program("evaluate", "run")[0])
        self.run_program("predict", "run", "--in", "line.csv", "--out", "p.csv")
        rows, true = self.rows("p.csv"), self.rows("line.csv")
        self.assertEqual(rows[0], ["example", "up", "down"])
        for found, expected in zip(rows[1:], true[1:]):
            self.assertAlmostEqual(float(found[1]), float(expected[3]), delta=0.5)
        text = self.run_program("inspect", "run", "--step", "3", "--weight", "linear0.weight[0,1]")[0]
        self.assertRegex(text, r"row 0 +example \d+ +target -?\d")

    def test_every_method_that_can_trains_on_numbers_and_labels(self):
        listed = self.run_program("list", "algorithms")[0].split("\n\n")[0]
        names = [line.split(" | ")[0][2:] for line in listed.splitlines()[2:]]
        self.assertIn("Fishr", names)
        few = ["--steps", "2", "--hparams", '{"mlp_width": 4, "batch_size": 8}']
        for name in names:
            with self.subTest(name):
                for data in [self.LINE, self.LABELS]:
                    words = ["train", *data, *few, "--algorithm", name, "--allow-closed"]
                    reason = {"SD": "it keeps logits small", "Mixup": "it mixes the labels"}.get(name)
                    if reason and (name == "Mixup" or data == self.LINE):
                        kind = "numbers" if data == self.LINE else "labels"
                        self.refused(USAGE, *words,
                                     says=[f"{name}: cannot train on {kind}", f"reason {reason}"])
                        continue
                    stdout, _ = self.run_program(*words, "--threads", "1")
                    other, _ = self.run_program(*words, "--threads", "2")
                    self.assertEqual(stdout.splitlines()[-1], other.splitlines()[-1])

    def test_labels_of_arrays_are_learned_and_scored_one_by_one(self):
        dice, n = random.Random(1), 240
        x = [dice.gauss(0, 1) for _ in range(2 * n)]
        y = [int(label) for i in range(n) for label in (x[2 * i] > 0, x[2 * i + 1] > 0, i % 7 == 0)]
        self.arrays("a.safetensors", x=("F32", [n, 2], x), y=("U8", [n, 3], y),
                    domain=("I64", [n], [i % 3 for i in range(n)]))
        data = ["--dataset", "Arrays", "--data-file", "a.safetensors", "--task", "multilabel"]
        self.run_program("train", *data, "--algorithm", "ERM", "--steps", "101", "--output-dir", "run",
                         "--hparams", '{"mlp_depth": 0, "lr": 0.1, "batch_size": 32}')
        line = self.whole_lines("run", "results.jsonl")[-1]
        self.assertGreater(line["env0_in_label_acc"], 0.9)
        self.assertFalse([key for key in line if key.endswith("_out_acc")])
        self.assertIn("verified: 101 steps", self.run_program("verify", "run")[0])
        told = self.assert_same_as_record("run", keys=("loss", "label_accuracy"))
        part = told["parts"][0]
        right = sum(label["true_positives"] + label["true_negatives"] for label in part["labels"])
        self.assertEqual(part["label_accuracy"], right / (3 * part["examples"]))
        self.npy("x.npy", (n, 2), x)
        self.run_program("predict", "run", "--in", "x.npy", "--out", "p.csv")
        rows = self.rows("p.csv")
        self.assertEqual(rows[0], ["example", "P(0)", "P(1)", "P(2)"])
        found = sum((float(cell) > 0.5) == y[3 * i + t]
                    for i, row in enumerate(rows[1:]) for t, cell in enumerate(row[1:]))
        whole = self.evaluate("run", "--data-file", "a.safetensors")["parts"]
        self.assertEqual(found, sum(label["true_positives"] + label["true_negatives"]
                                    for part in whole for label in part["labels"]))
        self.refused(DATA, "train", "--dataset", "Arrays", "--data-file", "a.safetensors",
                     says=["there must be one number for each example", "--task multilabel"])

    def test_numbers_of_arrays_have_one_or_more_columns(self):
        dice, n = random.Random(2), 60
        x = [dice.gauss(0, 1) for _ in range(n)]
        both = [value for number in x for value in (number, -number)]
        for shape, y in [([n], x), ([n, 1], x), ([n, 2], both)]:
            self.arrays("a.safetensors", x=("F32", [n, 1], x), y=("F32", shape, y),
                        domain=("I64", [n], [i % 2 for i in range(n)]))
            self.run_program("train", "--dataset", "Arrays", "--data-file", "a.safetensors", "--task",
                             "regress", *QUICK, "--output-dir", "run", "--fresh")
            self.assertIn("verified", self.run_program("verify", "run")[0])
            self.assert_same_as_record("run", keys=("mse", "r2"))

    def test_flags_that_do_not_fit_are_refused(self):
        self.refused(USAGE, "train", "--task", "regress", says=["--task: is for --dataset Table or Arrays"])
        self.refused(USAGE, "train", *self.LINE[:-2], says=["--label-column: classes have one column"])
        self.refused(DATA, "train", *self.LINE[:-1], "multilabel", says=["a label must be 0 or 1"])
        self.refused(USAGE, "train", *self.LINE[:-1], "regres", says=["did you mean regress?"])
        self.run_program("train", *self.LINE, *QUICK, "--output-dir", "run")
        self.refused(DATA, "evaluate", "run", "--data-file", "line.csv", "--task", "multilabel",
                     says=["a label must be 0 or 1"])


if __name__ == "__main__":
    sys.exit(program_test.main())
