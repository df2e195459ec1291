#!/usr/bin/env python3
"""A user's own data, as tables and arrays: training, records, replays, `data check`.

    tables_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed
"""
import gzip
import json
import os
import random
import resource
import shutil
import struct
import sys

import program_test
from program_test import DATA, MISSING, RESOURCES, USAGE

QUICK = ["--steps", "3", "--hparams", '{"mlp_width": 4, "batch_size": 8}', "--algorithm", "ERM"]
PATIENTS = ["--dataset", "Table", "--data-file", "patients.csv", "--domain-column", "hospital",
            "--label-column", "outcome"]


class Case(program_test.Case):
    def write(self, text, *names):
        with open(self.path(*names), "wb") as file:
            file.write(text.encode())

    def patients(self, hospitals="abc", rows=20, seed=1, columns="", cells=""):
        """-> a table with a column of words, and more columns with these cells"""
        dice = random.Random(seed)
        lines = ["hospital,age,ward,outcome" + columns]
        for i in range(rows * len(hospitals)):
            lines.append(f"{hospitals[i % len(hospitals)]},{dice.gauss(50, 9):.3f},"
                         f"{dice.choice(['east', 'west'])},{dice.choice(['ill', 'well'])}{cells}")
        return "\n".join(lines) + "\n"

    def setUp(self):
        super().setUp()
        self.write(self.patients(), "patients.csv")


class Train(Case):
    def train(self, *words, **options):
        return self.run_program("train", *PATIENTS, "--one-hot", "ward", *QUICK, *words, **options)

    def record(self):
        return json.loads(self.read("run", "record.json"))

    def test_a_record_has_inputs_classes_domains_and_the_hash_of_the_file(self):
        _, stderr = self.train("--output-dir", "run", "--test-envs", "1")
        self.assertIn("Table: classes: 0 = ill, 1 = well\n", stderr)
        data = self.record()["data"]
        self.assertEqual([entry["name"] for entry in data["inputs"]], ["age", "ward=east", "ward=west"])
        rows = [line.split(",") for line in self.patients().splitlines()[1:]]
        ages = [float(row[1]) for row in rows if row[0] != "b"]  # of the training domains
        mean = sum(ages) / len(ages)
        self.assertAlmostEqual(data["inputs"][0]["mean"], mean, places=4)
        self.assertAlmostEqual(data["inputs"][0]["deviation"],
                               (sum((age - mean) ** 2 for age in ages) / len(ages)) ** 0.5, places=4)
        self.assertAlmostEqual(data["inputs"][1]["mean"] + data["inputs"][2]["mean"], 1)
        self.assertEqual(data["classes"], ["ill", "well"])
        self.assertEqual([domain["name"] for domain in data["domains"]], ["a", "b", "c"])
        self.assertEqual(data["files"][0]["name"], "patients.csv")
        args = self.record()["args"]
        self.assertEqual((args["domain_column"], args["one_hot"]), ("hospital", ["ward"]))

    def test_a_run_is_verified_also_where_its_file_has_moved(self):
        self.train("--output-dir", "run")
        self.assertIn("verified: 3 steps", self.run_program("verify", "run")[0])
        os.mkdir(self.path("elsewhere"))
        shutil.move(self.path("patients.csv"), self.path("elsewhere", "patients.csv"))
        self.refused(MISSING, "verify", "run",
                     says=["there is no such file", "name the present data directory with --data-dir"])
        self.assertIn("verified: 3 steps", self.run_program("verify", "run", "--data-dir", "elsewhere")[0])

    def test_another_file_and_another_mean_are_found(self):
        self.train("--output-dir", "run")
        record = self.record()
        record["data"]["inputs"][0]["mean"] += 1e-9
        self.write(json.dumps(record), "run", "record.json")
        said = "".join(self.run_program("verify", "run", code=DATA))
        self.assertIn("record.json differs\n    at        data/inputs/0/mean\n", said)
        self.write(self.patients(seed=2), "patients.csv")
        said = "".join(self.run_program("verify", "run", code=DATA))
        self.assertIn("run directory: the data differ from those of the run\n    recorded patients.csv", said)

    def test_a_run_resumes_only_with_its_columns(self):
        self.train("--output-dir", "run")
        self.refused(program_test.BUSY, "train", *PATIENTS, "--drop-columns", "ward", *QUICK, "--output-dir",
                     "run", says=["--drop-columns", 'recorded [], requested ["ward"]', "--one-hot"])

    def test_a_gzipped_table_has_the_same_weights(self):
        stdout, _ = self.train()
        with open(self.path("patients.csv"), "rb") as text:
            self.write("", "patients.csv.gz")
            with gzip.open(self.path("patients.csv.gz"), "wb") as packed:
                packed.write(text.read())
        packed = [word.replace("patients.csv", "patients.csv.gz") for word in PATIENTS]
        other, _ = self.run_program("train", *packed, "--one-hot", "ward", *QUICK)
        self.assertEqual(stdout.splitlines()[-1], other.splitlines()[-1])

    def test_only_the_training_domains_decide_what_a_network_sees_of_them(self):
        """The test domain's rows may be anything."""
        stdout, _ = self.train("--test-envs", "0")
        text = self.patients().splitlines()
        self.write("\n".join(line.replace(",", ",9", 1) if line.startswith("a,") else line
                             for line in text) + "\n", "patients.csv")
        other, _ = self.train("--test-envs", "0")
        self.assertEqual(stdout.splitlines()[-1], other.splitlines()[-1])

    def test_what_a_user_must_know_is_on_stderr(self):
        self.write(self.patients("abc", 3, columns=",same,huge,tiny", cells=",5,0,0")
                   + "d,1,east,ill,5,1e9,1e-9\n", "patients.csv")
        _, stderr = self.train("--test-envs", "0")
        self.assertIn("Table: domain a has only 3 rows\n", stderr)
        self.assertIn("Table: domain d has only 1 row\n", stderr)
        self.assertIn("Table: domain d has no row of class well\n", stderr)
        self.assertIn("Table: constant in the training domains, so always 0: same\n", stderr)
        self.assertIn("Table: scales differ by more than 1e6, from tiny (deviation 3.499e-10) to huge "
                      "(deviation 3.499e+08): each input is standardised\n", stderr)

    def test_a_wrong_flag_or_file_is_named(self):
        self.refused(USAGE, "train", "--dataset", "Table", says=["Table: needs --data-file"])
        self.refused(MISSING, "train", "--dataset", "Table", "--data-file", "none.csv",
                     says=["there is no such file", "none.csv"])
        self.refused(USAGE, "train", *PATIENTS[:4], says=["--domain-column: the table has no such column",
                                                         "known hospital, age, ward, outcome"])
        self.refused(DATA, "train", *PATIENTS, says=["row    1 (line 2 of the file)", 'column 3, "ward"',
                                                    "--one-hot ward"])
        self.assertIn("test-envs: no such domain\n    found 3\n    known 0 .. 2\n",
                      self.train("--test-envs", "3", code=USAGE)[1])
        self.refused(USAGE, "train", "--data-file", "patients.csv", says=["is for --dataset Table or Arrays"])
        self.refused(DATA, "train", *PATIENTS, "--one-hot", "ward", "--task", "regress",
                     says=["a cell is not a number", "--task classify predicts words"])


class Memory(Case):
    def test_a_table_that_does_not_fit_into_memory_is_refused(self):
        columns = 2000
        with gzip.open(self.path("wide.csv.gz"), "wt", compresslevel=1) as file:
            file.write("domain,label," + ",".join(f"c{i}" for i in range(columns)) + "\n")
            row = ",".join("7" for _ in range(columns))
            for i in range(20000):
                file.write(f"{i % 3},{i % 2},{row}\n")
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (150 << 20, -1))
        self.refused(RESOURCES, "data", "check", "--dataset", "Table", "--data-file", "wide.csv.gz",
                     "--threads", "1", preexec_fn=limit,
                     says=["table: the rows do not fit into memory", "read so far, of 2000 numbers"])


class Check(Case):
    def check(self, *words, code=0):
        return self.run_program("data", "check", *words, code=code)[0]

    def test_a_table_is_counted_by_domain_and_class(self):
        self.write("domain,label,x\n" + "".join(f"{'ab'[i % 3 % 2]},{i % 2},{i}\n" for i in range(36)),
                   "t.csv")
        self.assertEqual(self.check("--dataset", "Table", "--data-file", "t.csv").splitlines(),
                         ["Table, 36 rows of 1 inputs from t.csv",
                          "  env  domain  examples   0   1",
                          "    0  a             24  12  12",
                          "    1  b             12   6   6",
                          "no problems found"])

    def test_what_would_spoil_an_experiment_ends_with_65(self):
        self.write("domain,label,x,y\na,0,1,2\na,1,1,3\nb,2,1,2\n", "t.csv")
        stdout = self.check("--dataset", "Table", "--data-file", "t.csv", code=DATA)
        self.assertEqual(stdout.splitlines()[4:],
                         ["problem: domain b has one example",
                          "problem: class 0 has one example",
                          "problem: class 1 has one example",
                          "problem: class 2 has one example",
                          "problem: 2 examples have inputs that another domain has, too; first example 0 "
                          "of a and example 0 of b",
                          "warning: domain a has 2 examples",
                          "warning: domain a has no example of class 2",
                          "warning: domain b has no example of class 0, 1",
                          "warning: constant in all domains: x"])
        told = json.loads(self.check("--dataset", "Table", "--data-file", "t.csv", "--json", code=DATA))
        self.assertEqual(told["domains"][0], {"name": "a", "examples": 2, "of_class": [1, 1, 0]})
        self.assertEqual(told["duplicates"], {"examples": 2, "first": [{"domain": "a", "example": 0},
                                                                       {"domain": "b", "example": 0}]})
        self.assertEqual(told["constant"], ["x"])
        self.assertEqual(len(told["problems"]), 5)

    def test_every_data_set_can_be_checked(self):
        self.assertIn("   16  env16       1024  ", self.check("--dataset", "spirals"))
        stdout = self.check("--dataset", "RotatedMNIST", "--digits", "generated")
        self.assertIn("  env  domain  examples ", stdout)
        self.assertTrue(stdout.endswith("no problems found\n"), stdout)

    def test_many_classes_are_summed_up(self):
        self.write("domain,label,x\n" + "".join(f"{i % 2},{i % 11},{i}\n" for i in range(110)), "t.csv")
        counts = "    0  0             55             5                5\n"
        self.assertIn("rarest class  commonest class\n" + counts,
                      self.check("--dataset", "Table", "--data-file", "t.csv"))

    def test_targets_of_regression_are_checked(self):
        self.write("domain,label,x\n" + "".join(f"{i % 2},{i / 7},{i}\n" for i in range(40)), "t.csv")
        stdout = self.check("--dataset", "Table", "--data-file", "t.csv", "--task", "regress")
        self.assertIn("  env  domain  examples\n    0  0             20\n", stdout)

    def test_a_table_can_be_drawn(self):
        stdout, _ = self.run_program("data", "show", "table", *PATIENTS[2:], "--one-hot", "ward",
                                     "--out", "dots.png")
        self.assertIn("  domain 2  c        20 examples of [3]", stdout)
        self.assertTrue(os.path.exists(self.path("dots.png")))


class ArrayFiles(Case):
    def save(self, *names, **tensors):
        """A safetensors file; a tensor is its type, its shape and its bytes."""
        header, body = {}, b""
        for name, (kind, shape, content) in tensors.items():
            header[name] = {"dtype": kind, "shape": shape,
                            "data_offsets": [len(body), len(body) + len(content)]}
            body += content
        text = json.dumps(header).encode()
        with open(self.path(*names), "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + body)

    def test_vectors_and_images_are_trained_on(self):
        dice, n = random.Random(1), 60
        y = ("I64", [n], struct.pack(f"<{n}q", *(dice.randrange(2) for _ in range(n))))
        domain = ("I64", [n], struct.pack(f"<{n}q", *(7 * (i % 3) for i in range(n))))
        x = ("F32", [n, 5], struct.pack(f"<{5 * n}f", *(dice.gauss(0, 1) for _ in range(5 * n))))
        self.save("a.safetensors", x=x, y=y, domain=domain)
        arrays = ["--dataset", "Arrays", "--data-file", "a.safetensors"]
        self.assertIn("    2  14            20 ", self.run_program("data", "check", *arrays)[0])
        self.run_program("train", *arrays, *QUICK, "--output-dir", "run")
        self.assertIn("verified: 3 steps", self.run_program("verify", "run")[0])
        self.assertEqual(json.loads(self.read("run", "record.json"))["data"]["classes"], ["0", "1"])
        images = ("U8", [n, 2, 16, 16], dice.randbytes(n * 512))
        self.save("a.safetensors", x=images, y=y, domain=domain)
        for model in ["MLP", "SmallCNN"]:
            self.run_program("train", *arrays, *QUICK, "--model", model)
        self.save("a.safetensors", x=images, y=y)
        self.refused(DATA, "train", *arrays, says=["a tensor is missing", '"domain"'])


if __name__ == "__main__":
    sys.exit(program_test.main())
