#!/usr/bin/env python3
"""What a run writes for other programs: event files for TensorBoard, CSV, .npz. Each is read by another
program or library than ours.

    other_programs_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 all skipped
"""
import csv
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import unittest

from program_test import DATA, MISSING, QUICK, USAGE, Case, main

try:
    import numpy as np
except ImportError:
    np = None

SHORT = [*QUICK, "--steps", "5", "--record-every", "2", "--output-dir", "run"]
EVENTS = "events.out.tfevents.sandgrad"
# The fields of TensorFlow's event.proto and summary.proto that we write
PROTO = """syntax = "proto3";
message Histogram { double min = 1; double max = 2; double num = 3; double sum = 4; double sum_squares = 5;
  repeated double bucket_limit = 6 [packed = true]; repeated double bucket = 7 [packed = true]; }
message Value { string tag = 1; float simple_value = 2; Histogram histo = 5; }
message Summary { repeated Value value = 1; }
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
"""


def crc32c(data):
    """Bit by bit, as in RFC 3720."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def messages_of(file):
    """-> the messages of an event file, whose lengths and sums are checked"""
    messages, place = [], 0
    while place < len(file):
        length, crc = struct.unpack_from("<QI", file, place)
        message = file[place + 12:place + 12 + length]
        assert crc == masked(file[place:place + 8]) and len(message) == length
        assert struct.unpack_from("<I", file, place + 12 + length)[0] == masked(message)
        messages.append(message)
        place += 16 + length
    return messages


def parsed(text):
    """-> a message in protobuf's text format, as a dict of lists"""
    stack = [{}]
    for line in text.splitlines():
        line = line.strip()
        if line.endswith("{"):
            stack.append({})
            stack[-2].setdefault(line[:-2], []).append(stack[-1])
        elif line == "}":
            stack.pop()
        else:
            name, value = line.split(": ", 1)
            value = value[1:-1] if value.startswith('"') else float(value)
            stack[-1].setdefault(name, []).append(value)
    return stack[0]


class Tensorboard(Case):
    def bytes_of(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def events(self, run="run"):
        """-> the messages, decoded by protobuf's compiler"""
        if not shutil.which("protoc"):
            self.skipTest("protoc is missing; apt install protobuf-compiler")
        with open(self.path("event.proto"), "w", encoding="utf-8") as file:
            file.write(PROTO)
        decode = ["protoc", f"--proto_path={self.folder}", "--decode=Event", self.path("event.proto")]
        return [parsed(subprocess.run(decode, input=message, capture_output=True, check=True).stdout.decode())
                for message in messages_of(self.bytes_of(run, EVENTS))]

    def values(self, event):
        return {value["tag"][0]: value for value in event["summary"][0]["value"]}

    def test_every_record_is_an_event_with_the_numbers_of_its_line(self):
        self.run_program(*SHORT, "--tensorboard")
        first, *events = self.events()
        self.assertEqual(first["file_version"], ["brain.Event:2"])
        lines = self.whole_lines("run", "metrics.jsonl")
        self.assertEqual([event.get("step", [0]) for event in events], [[0], [2], [4]])
        for event, line in zip(events, lines):
            self.assertAlmostEqual(event["wall_time"][0], time.time(), delta=100)
            values = self.values(event)
            scalars = {tag: value["simple_value"][0]
                       for tag, value in values.items() if "simple_value" in value}
            domain = line["domains"][3]
            for tag, number in [("loss", line["loss"]), ("mask/total/open", line["mask"]["total"]["open"]),
                                (f"in_accuracy/{domain['name']}", domain["in_accuracy"])]:
                found = scalars.get(tag, 0)  # 0 is not written in proto3's text
                self.assertAlmostEqual(found, number, delta=1e-6 * max(1, abs(number)))
            self.assertGreater(scalars["step_seconds"], 0)
            self.assertGreater(scalars["lr"], 0)

    @unittest.skipUnless(np, "numpy is missing; apt install python3-numpy")
    def test_histograms_count_the_weights_of_every_tensor(self):
        self.run_program(*SHORT, "--tensorboard")
        self.run_program("export", "run", "--npz", "run.npz")
        values = self.values(self.events()[-1])
        weights = np.load(self.path("run.npz"))
        for name in weights.files:
            numbers = weights[name].astype(float).ravel()
            histogram = values[f"weights/{name}"]["histo"][0]
            self.assertEqual(histogram["num"], [numbers.size])
            self.assertEqual((histogram["min"], histogram["max"]), ([numbers.min()], [numbers.max()]))
            np.testing.assert_allclose(histogram["sum"], numbers.sum(), rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(histogram["sum_squares"], (numbers ** 2).sum(), rtol=1e-9)
            ends = histogram["bucket_limit"]
            expected = np.diff([0, *(np.count_nonzero(numbers <= end) for end in ends)])
            self.assertEqual(histogram["bucket"], expected.tolist())
            for kind in ("masks", "direction"):
                self.assertEqual(values[f"{kind}/{name}"]["histo"][0]["num"], [numbers.size])
        self.assertLessEqual(values["masks/linear0.weight"]["histo"][0].get("max", [0])[0], 1)

    def test_a_resumed_run_has_every_record_once(self):
        self.run_program(*SHORT, "--tensorboard", "--checkpoint-every", "2")
        for name in ("done", "checkpoints/step-000004.safetensors"):
            os.remove(self.path("run", name))
        with open(self.path("run", EVENTS), "ab") as file:
            file.write(b"half a record")
        self.run_program(*SHORT, "--tensorboard", "--checkpoint-every", "2")
        self.assertEqual([event.get("step", [0])[0] for event in self.events()[1:]], [0, 2, 4])

    def test_a_foreign_or_missing_event_file_is_begun_anew(self):
        self.run_program(*SHORT, "--checkpoint-every", "2")
        for content in (None, b"", b"not events", bytes(12), b"\xff" * 100):
            for name in ("done", "checkpoints/step-000004.safetensors"):
                os.remove(self.path("run", name))
            if content is not None:
                with open(self.path("run", EVENTS), "wb") as file:
                    file.write(content)
            self.run_program(*SHORT, "--tensorboard", "--checkpoint-every", "2")
            self.assertEqual([event.get("step") for event in self.events()], [None, [4]])

    def test_a_fresh_run_removes_the_old_events_and_no_bit_of_a_run_changes(self):
        self.run_program(*SHORT, "--tensorboard")
        metrics = self.read("run", "metrics.jsonl")
        self.run_program(*SHORT, "--fresh")
        self.assertFalse(os.path.exists(self.path("run", EVENTS)))
        self.assertEqual(self.read("run", "metrics.jsonl"), metrics)
        self.run_program(*SHORT, "--fresh", "--tensorboard")
        self.assertIn("verified", self.run_program("verify", "run")[0])

    def test_events_need_a_run_directory(self):
        self.refused(USAGE, *QUICK, "--steps", "1", "--tensorboard", says=["--tensorboard", "--output-dir"])

    def test_a_method_that_weighs_rows_has_curves_of_its_weights(self):
        self.run_program(*SHORT, "--algorithm", "UPGrad", "--tensorboard")
        values = self.values(self.events()[-1])
        self.assertIn("weights/0", values)
        self.assertNotIn("gram/0", values)
        self.assertNotIn("masks/linear0.weight", values)


class Export(Case):
    def export(self, *arguments):
        return self.run_program("export", "run", *arguments)[0]

    def rows(self):
        with open(self.path("run.csv"), newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def half_a_run(self, *lines):
        os.mkdir(self.path("run"))
        with open(self.path("run/metrics.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))

    def test_a_csv_has_a_line_for_each_record_and_a_gap_where_nothing_was_measured(self):
        self.run_program(*SHORT, "--evaluate-every", "4")
        self.assertEqual(self.export("--csv", "run.csv"),
                         f"run.csv: 3 records, {len(self.rows()[0])} columns\n")
        lines = self.whole_lines("run", "metrics.jsonl")
        for row, line in zip(self.rows(), lines):
            self.assertEqual(int(row["step"]), line["step"])
            self.assertEqual(float(row["loss"]), line["loss"])
            self.assertEqual(float(row["mask/total/closed"]), line["mask"]["total"]["closed"])
            for domain in line["domains"]:
                expected = domain.get("in_accuracy", "")
                found = row[f"in_accuracy/{domain['name']}"]
                self.assertEqual(float(found) if found else "", expected)
        self.assertEqual(next(iter(self.rows()[0])), "step")
        self.assertNotIn("chain", self.rows()[0])

    def test_hostile_names_stay_in_their_cell_and_begin_no_formula(self):
        name = '=1+1,"\n\x1b[2J<script>'
        self.half_a_run({"step": 0, "domains": [{"name": name, "in_accuracy": 0.5}], "=2": 1})
        self.export("--csv", "run.csv")
        row, = self.rows()
        self.assertEqual(row['in_accuracy/=1+1,"\\x0a\\x1b[2J<script>'], "0.5")

    def test_an_unfinished_last_line_is_left_out_and_damage_is_refused(self):
        self.half_a_run({"step": 0, "loss": 0.5}, '{"step":2,"lo')
        self.export("--csv", "run.csv")
        self.assertEqual(self.rows(), [{"step": "0", "loss": "0.5"}])
        shutil.rmtree(self.path("run"))
        self.half_a_run({"step": 0}, "{}\n")
        self.refused(DATA, "export", "run", "--csv", "no.csv", says=["line 2"])
        shutil.rmtree(self.path("run"))
        domain = {"name": "a", "in_loss": 1}
        self.half_a_run({"step": 0, "domains": [domain, domain]})
        self.refused(DATA, "export", "run", "--csv", "no.csv", says=["two numbers of one name", "in_loss/a"])
        self.assertFalse(os.path.exists(self.path("no.csv")))

    def test_a_table_that_would_not_fit_into_memory_is_refused(self):
        self.half_a_run({"step": 0, "a": [0] * 60000}, '{"step":1}\n' * 3000)
        self.refused(DATA, "export", "run", "--csv", "no.csv", says=["too many numbers", "cells"])

    @unittest.skipUnless(np, "numpy is missing; apt install python3-numpy")
    def test_numpy_reads_the_weights_of_float_and_double(self):
        for program, dtype in (("sandgrad", np.float32), ("sandgrad64", np.float64)):
            self.run_program(*SHORT, "--fresh", program=program)
            self.assertIn("weights.safetensors", self.export("--npz", "run.npz"))
            with np.load(self.path("run.npz"), allow_pickle=False) as weights:
                self.assertEqual(weights["linear0.weight"].shape, (16, 18))
                self.assertEqual(weights["linear0.weight"].dtype, dtype)
                stored = np.concatenate([weights[name].ravel() for name in weights.files])
            with open(self.path("run/weights.safetensors"), "rb") as file:
                content = file.read()
            length = struct.unpack_from("<Q", content)[0]
            header = json.loads(content[8:8 + length])
            numbers = [np.frombuffer(content[8 + length:][slice(*header[name]["data_offsets"])], dtype)
                       for name in weights.files]
            self.assertEqual(stored.tobytes(), np.concatenate(numbers).tobytes())

    @unittest.skipUnless(np, "numpy is missing; apt install python3-numpy")
    def test_an_unfinished_run_gives_the_weights_of_its_last_checkpoint(self):
        self.run_program(*SHORT, "--checkpoint-every", "2")
        self.export("--npz", "end.npz")
        for name in ("done", "weights.safetensors"):
            os.remove(self.path("run", name))
        self.assertIn("step-000004", self.export("--npz", "run.npz"))
        with np.load(self.path("run.npz")) as weights, np.load(self.path("end.npz")) as end:
            self.assertEqual(weights.files, end.files)
            self.assertTrue(all((weights[name] == end[name]).all() for name in end.files))

    def test_python_unpacks_the_archive(self):
        self.run_program(*SHORT)
        for name in ("a.npz", "b.npz"):
            self.export("--npz", name)
        subprocess.run([sys.executable, "-m", "zipfile", "-t", self.path("a.npz")], check=True,
                       stdout=subprocess.DEVNULL)
        with open(self.path("a.npz"), "rb") as a, open(self.path("b.npz"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_names_that_lead_out_of_a_folder_are_refused(self):
        self.half_a_run()
        for name in ("../a", "/a", "a/../../b", "a\x1b", ""):
            header = json.dumps({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
            with open(self.path("run/weights.safetensors"), "wb") as file:
                file.write(struct.pack("<Q", len(header)) + header + bytes(4))
            self.refused(DATA, "export", "run", "--npz", "no.npz", says=["npz: not a name"])
        self.assertFalse(os.path.exists(self.path("no.npz")))

    def test_what_is_missing_is_named(self):
        self.refused(USAGE, "export", "run", says=["nothing to write", "--csv FILE"])
        self.refused(MISSING, "export", "none", "--csv", "a.csv", says=["metrics.jsonl"])
        self.refused(MISSING, "export", "none", "--npz", "a.npz", says=["no weights yet"])
        self.refused(USAGE, "export", "run", "--csv", "a", "--npz", "a", says=["two results need two files"])


if __name__ == "__main__":
    sys.exit(main())
