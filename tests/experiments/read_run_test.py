#!/usr/bin/env python3
"""experiments/python/read_run.py, which reads a run with the standard library and numpy alone.

    read_run_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 no numpy
"""
import json
import math
import os
import struct
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("read_run_test: numpy is missing; apt install python3-numpy", file=sys.stderr)
    sys.exit(77)

from program_test import QUICK, SOURCE, Case, main

SCRIPT = os.path.join(SOURCE, "experiments/python/read_run.py")
sys.path.insert(0, os.path.dirname(SCRIPT))
from read_run import RunError, read_run, safetensors  # noqa: E402

SHORT = [*QUICK, "--steps", "5", "--record-every", "2", "--checkpoint-every", "2"]
HOSTILE = "<script>\x1b[2J\"'\n"  # a name of a domain


def safetensors_bytes(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class ReadCase(Case):
    def trained(self, *arguments, program="sandgrad"):
        self.run_program(*SHORT, *arguments, "--output-dir", "run", program=program)
        return read_run(self.path("run"))

    def write(self, content, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(*names)

    def half_a_run(self, metrics="", record="{}"):
        self.write(record, "run", "record.json")
        self.write(metrics, "run", "metrics.jsonl")
        return self.path("run")

    def refused_run(self, says, **files):
        with self.assertRaises(RunError) as refusal:
            read_run(self.half_a_run(**files))
        self.assertIn(says, str(refusal.exception))
        self.assertNotIn("\x1b", str(refusal.exception))


class Runs(ReadCase):
    def test_a_finished_run_is_read_whole(self):
        run = self.trained("--early-stop", "9", "--holdout-fraction", "0.2")
        self.assertEqual(run["record"]["args"]["steps"], 5)
        self.assertEqual([line["step"] for line in run["metrics"]], [0, 2, 4])
        self.assertEqual([line["step"] for line in run["results"]], [0, 2, 4])
        self.assertEqual(run["curves"]["loss"].tolist(), [line["loss"] for line in run["metrics"]])
        self.assertEqual(run["curves"]["step"].tolist(), [0, 2, 4])
        self.assertEqual(run["done"]["steps"], 5)
        self.assertIn(4, run["checkpoints"])
        last = run["checkpoints"][4]
        self.assertEqual(last["metadata"]["step"], "4")
        self.assertIsNotNone(run["best"])
        for name, weights in run["weights"].items():
            self.assertEqual(weights.dtype, np.float32)
            np.testing.assert_array_equal(weights, last["tensors"][name])
            self.assertFalse(weights.flags.writeable)
        self.assertEqual(run["weights"]["linear0.weight"].shape, (16, 18))

    def test_a_score_of_each_domain_is_a_curve(self):
        run = self.trained()
        for i, domain in enumerate(run["metrics"][0]["domains"]):
            self.assertEqual(run["curves"][f"in_accuracy/{domain['name']}"][0], domain["in_accuracy"])

    def test_a_record_without_scores_is_a_gap_in_the_curves(self):
        curves = self.trained("--evaluate-every", "4")["curves"]
        accuracy = next(curve for name, curve in curves.items() if name.startswith("in_accuracy/"))
        self.assertEqual([math.isnan(number) for number in accuracy], [False, True, False])

    def test_the_weights_of_the_double_program_are_float64(self):
        self.assertEqual(self.trained(program="sandgrad64")["weights"]["linear0.bias"].dtype, np.float64)

    def test_the_script_prints_a_summary(self):
        self.trained()
        said = subprocess.run([sys.executable, SCRIPT, self.path("run")], capture_output=True, text=True,
                              check=True).stdout
        self.assertIn("3 records, 2 checkpoints, finished\n", said)
        self.assertIn("linear0.weight", said)


class Damage(ReadCase):
    def test_a_folder_without_a_run_is_missing(self):
        for path in (self.folder, self.path("none")):
            with self.assertRaises(FileNotFoundError):
                read_run(path)

    def test_a_run_that_has_only_begun_is_read(self):
        run = read_run(self.half_a_run('{"step":0,"loss":1}\n{"step":1,"lo'))
        self.assertEqual((len(run["metrics"]), run["weights"], run["done"]), (1, None, None))
        self.assertEqual((run["results"], run["checkpoints"]), ([], {}))

    def test_hostile_names_are_escaped_in_the_names_of_curves_only(self):
        domain = {"name": HOSTILE, "in_accuracy": 0.5}
        run = read_run(self.half_a_run(json.dumps({"step": 0, "domains": [domain]}) + "\n"))
        self.assertEqual(run["metrics"][0]["domains"][0]["name"], HOSTILE)
        self.assertIn("in_accuracy/<script>\\x1b[2J\"'\\x0a", run["curves"])

    def test_lines_that_are_no_records_are_refused_with_their_number(self):
        good = '{"step":0}\n'
        for bad in ("[]\n", "{}\n", '{"step":true}\n', '{"step":0.5}\n', "x\n", "\n",
                    '{"step":1,"loss":NaN}\n', '{"step":1,"loss":1e999}\n',
                    b'{"step":1,"a":"\xff"}\n'.decode("latin-1"),
                    '{"step":1,"a":' + "[" * 200000 + "\n"):
            with self.subTest(bad[:20]):
                content = (good + bad).encode("latin-1")
                with self.assertRaises(RunError) as refusal:
                    read_run(self.half_a_run(content))
                self.assertIn("line  2", str(refusal.exception))

    def test_too_long_lines_and_too_many_numbers_are_refused(self):
        self.refused_run("a line is too long", metrics='{"step":0,"a":"' + "x" * (1 << 20) + '"}\n')
        self.refused_run("too many numbers", metrics=json.dumps({"step": 0, "a": [0] * 70000}) + "\n")
        self.refused_run("expected one JSON object", record="[]")

    def test_two_domains_with_one_name_are_refused(self):
        domain = {"name": "a", "in_accuracy": 0.5}
        self.refused_run("two numbers of one name",
                         metrics=json.dumps({"step": 0, "domains": [domain, domain]}) + "\n")

    def test_a_flipped_bit_in_a_checkpoint_is_found(self):
        self.trained()
        path = self.path("run/checkpoints/step-000004.safetensors")
        with open(path, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        with self.assertRaises(RunError) as refusal:
            read_run(self.path("run"))
        self.assertIn("damaged", str(refusal.exception))
        self.assertEqual(read_run(self.path("run"), checkpoints=False)["checkpoints"], {})

    def test_a_pipe_is_refused_without_waiting(self):
        os.mkdir(self.path("run"))
        os.mkfifo(self.path("run/record.json"))
        with self.assertRaises(RunError):
            read_run(self.path("run"))


class Tensors(ReadCase):
    def refused_file(self, header, data=b"", says="safetensors"):
        content = safetensors_bytes(header, data)
        with self.assertRaises(RunError) as refusal:
            safetensors(self.write(content, "file.safetensors"))
        self.assertIn(says, str(refusal.exception))

    def test_each_type_is_read_and_bfloat16_becomes_float32(self):
        header = {"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
                  "b": {"dtype": "I16", "shape": [1, 2], "data_offsets": [4, 8]},
                  "__metadata__": {"made by": "test"}}
        data = struct.pack("<HHhh", 0x3FC0, 0xC000, -5, 7)
        arrays, metadata = safetensors(self.write(safetensors_bytes(header, data), "a.safetensors"))
        self.assertEqual((arrays["a"].tolist(), arrays["b"].tolist()), ([1.5, -2], [[-5, 7]]))
        self.assertEqual(metadata, {"made by": "test"})

    def test_claims_of_a_header_are_checked(self):
        def one(**changes):
            return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}}
        self.refused_file(one(shape=[3]), bytes(8), "offsets do not fit")
        self.refused_file(one(shape=[1 << 62, 4]), bytes(8), "offsets do not fit")
        self.refused_file(one(shape=[-2]), bytes(8), "unknown type or shape")
        self.refused_file(one(shape=[True, 2]), bytes(8), "unknown type or shape")
        self.refused_file(one(dtype="F80"), bytes(8), "unknown type or shape")
        self.refused_file(one(data_offsets=[8, 16]), bytes(16), "a gap")
        self.refused_file(one(data_offsets=[0, 8, 9]), bytes(8), "two places")
        self.refused_file(one(), bytes(7), "do not fit the shape, or the file")
        self.refused_file(one(), bytes(9), "belong to no tensor")
        self.refused_file({"a": 5}, b"", "needs dtype")
        self.refused_file(b"{" * 300000, b"", "expected one JSON object")

    def test_a_header_longer_than_the_file_is_refused(self):
        for length in (100, 1 << 40, (1 << 64) - 1):
            with self.assertRaises(RunError):
                safetensors(self.write(struct.pack("<Q", length) + b"{}", "file.safetensors"))


if __name__ == "__main__":
    sys.exit(main())
