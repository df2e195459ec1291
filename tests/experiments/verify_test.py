#!/usr/bin/env python3
"""Recorded runs are replayed: unchanged files are verified, and changes are named.

    verify_test.py FOLDER_OF_THE_PROGRAMS [--faults N]      exit: 0 passed, 1 failed
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

from program_test import BUSY, DATA, MISSING, RESOURCES, USAGE, Case

RUN = ["train", "--dataset", "ColoredMNIST", "--data-dir", "data", "--model", "MLP",
       "--hparams", '{"batch_size": 8, "mlp_width": 4, "tau": 0.4}', "--steps", "13",
       "--record-every", "4", "--threads", "1"]
arguments = None


def write_digits(folder, count, seed):
    """MNIST's four files, with the same noise for digits in both parts."""
    dice = random.Random(seed)
    for name, head, body in [("images-idx3-ubyte", struct.pack(">IIII", 0x803, count, 28, 28),
                              dice.randbytes(count * 784)),
                             ("labels-idx1-ubyte", struct.pack(">II", 0x801, count),
                              bytes(dice.randrange(10) for _ in range(count)))]:
        for part in ["train", "t10k"]:
            with open(os.path.join(folder, f"{part}-{name}"), "wb") as file:
                file.write(head + body)


class Verify(Case):
    """One run and its data; every test has a copy of both."""
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
        """-> its output"""
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

    def change_checkpoint(self, name, metadata=None, tensor=None):
        """Changes metadata, or a bit of the second number of a tensor, and writes the right hash."""
        def edit(content):
            size = struct.unpack("<Q", content[:8])[0]
            header, data = json.loads(content[8:8 + size]), content[8 + size:]
            header["__metadata__"].update(metadata or {}, sha256="0" * 64)
            if tensor:
                data[header[tensor]["data_offsets"][0] + 4] ^= 1
            text = json.dumps(header, separators=(",", ":")).encode()
            text += b" " * (-len(text) % 8)
            content = struct.pack("<Q", len(text)) + text + data
            return content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1)
        self.change("run/checkpoints/" + name, edit)

    def checkpoints(self):
        return sorted(os.listdir(self.path("run", "checkpoints")))

    def test_a_run_is_verified_whole_and_in_parts_with_any_number_of_threads(self):
        self.assertIn("verified: 13 steps, 4 records, ", self.verify())
        self.assertIn("bit-identical", self.verify("--threads", "3"))
        first = int(re.search(r"\d+", self.checkpoints()[0])[0])
        self.assertIn(f"verified: {12 - first} step", self.verify("--from-step", str(first)))
        self.assertIn("verified: 6 steps, 2 records, ", self.verify("--to-step", "5"))

    def test_steps_without_a_checkpoint_are_refused_with_those_that_have_one(self):
        self.assertIn("checkpoints", self.verify("--from-step", "1", code=USAGE))
        self.run_program("verify", "nothing", code=MISSING)

    def test_a_run_is_verified_from_another_directory(self):
        os.rename(self.path("data"), self.path("elsewhere"))
        self.verify(code=MISSING)
        self.assertIn("bit-identical", self.verify("--data-dir", "elsewhere"))

    def test_a_changed_line_is_distinguished_from_a_changed_weight(self):
        self.change_line("run/metrics.jsonl", 2, lambda line: line.update(loss=line["loss"] + 1e-12))
        said = self.verify(code=DATA)
        self.assertIn("step 8: metrics.jsonl differs", said)
        self.assertIn("at        loss", said)
        self.assertIn("last record that agrees  step 4", said)
        self.assertIn("the weights are the same", said)

    def test_a_changed_weight_under_a_right_hash_is_named(self):
        self.change_checkpoint(self.checkpoints()[-1], tensor="linear1.weight")
        said = self.verify(code=DATA)
        self.assertIn("the weights differ in 1 of ", said)
        self.assertIn("linear1.weight[0,1]: recorded ", said)

    def test_any_other_change_of_a_checkpoint_under_a_right_hash_is_named(self):
        for tensor, says in [("adam_m.linear0.bias", "Adam's m differ in 1 of "),
                             ("adam_v.linear0.bias", "Adam's v differ in 1 of "),
                             ("adam_t", "adam_t differs")]:
            self.restore()
            self.change_checkpoint(self.checkpoints()[-1], tensor=tensor)
            self.assertIn(self.checkpoints()[-1] + ": " + says, self.verify(code=DATA))
        for name, value in [("chain", "5a" * 32), ("loss_sum", "0.5"), ("losses", "1"), ("moved", "0"),
                            ("score", "0.9375")]:
            self.restore()
            self.change_checkpoint(self.checkpoints()[-1], {name: value})
            said = self.verify(code=DATA)
            self.assertIn(f"{self.checkpoints()[-1]}: {name} differs\n    recorded  {value}\n    replayed  ",
                          said)
        self.restore()
        self.change_checkpoint(self.checkpoints()[-1], {"step": "11"})
        self.assertIn("a checkpoint of another step under this name", self.verify(code=DATA))

    def test_a_checkpoint_beyond_the_last_line_of_the_records_is_named(self):
        os.remove(self.path("run/done"))
        for file in ("metrics.jsonl", "results.jsonl"):
            self.change("run/" + file, lambda content: b"".join(content.splitlines(True)[:2]))
        said = self.verify(code=DATA)
        self.assertIn("step 8: metrics.jsonl differs", said)
        self.assertIn("recorded  nothing", said)

    def test_forged_accuracies_and_losses_are_named_in_either_file(self):
        for key, value in [("env0_in_acc", 0.96875), ("env1_out_acc", 1.0), ("loss", 0.001), ("epoch", 7)]:
            self.restore()
            self.change_line("run/results.jsonl", 1,
                             lambda line, key=key, value=value: line.update({key: value}))
            said = self.verify(code=DATA)
            self.assertIn(f"step 4: results.jsonl differs\n    at        {key}\n"
                          f"    recorded  {value}\n    replayed  ", said)
        self.restore()
        self.change_line("run/metrics.jsonl", 1, lambda line: line["domains"][2].update(out_accuracy=1.0))
        self.assertIn("step 4: metrics.jsonl differs\n    at        domains/2/out_accuracy",
                      self.verify(code=DATA))

    def test_done_must_be_that_of_the_run(self):
        done = json.loads(self.read("run", "done"))
        for key, value in [("weights", "0123456789abcdef"), ("steps", 14), ("never_learned", True)]:
            self.change("run/done", lambda _, key=key, value=value: json.dumps({**done, key: value}).encode())
            self.assertIn(f"done differs\n    at        {key}\n", self.verify(code=DATA))
        for content in [b"", b"done", b"5", b"[" * 60000, b'{"steps":13}']:
            self.change("run/done", lambda _, content=content: content)
            self.assertIn("done differs", self.verify(code=DATA))
        self.restore()
        shutil.rmtree(self.path("run/checkpoints"))
        for file in ("metrics.jsonl", "results.jsonl"):
            self.change("run/" + file, lambda content: b"".join(content.splitlines(True)[:-1]))
        said = self.verify(code=DATA)
        self.assertIn("done exists, but the records end before the last step\n"
                      "    expected  step 12\n    found     step 8", said)

    def test_keys_and_values_of_the_record_that_no_run_writes_are_named(self):
        record = json.loads(self.read("run", "record.json"))
        for path in (["color"], ["data", "color"], ["data", "files", 0, "color"], ["parameters", 1, "color"],
                     ["data", "domains", 0, "examples"]):
            changed = json.loads(json.dumps(record))
            place = changed
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = 1
            self.change("run/record.json", lambda _, changed=changed: json.dumps(changed).encode())
            self.assertIn("record.json differs\n    at        " + "/".join(map(str, path))
                          + "\n    recorded  1\n", self.verify(code=DATA))

    def test_out_txt_is_compared(self):
        lines = self.read("run", "out.txt").splitlines()
        table = next(number for number, line in enumerate(lines) if line.startswith("     4  "))
        last = next(number for number, line in enumerate(lines)
                    if line.startswith("weights ") and " after " in line)

        def said(number, text):
            changed = lines[:number] + text + lines[number + 1:]
            self.change("run/out.txt", lambda _: ("\n".join(changed) + "\n").encode())
            return self.verify(code=DATA)
        self.assertIn(f"out.txt differs\n    line      {table + 1}\n",
                      said(table, [re.sub(r"\d\.\d%", "9.9%", lines[table])]))
        self.assertIn("out.txt differs\n    recorded  nothing\n    replayed       4  ", said(table, []))
        self.assertIn(f"out.txt differs\n    line      {last + 1}\n",
                      said(last, ["weights 0123456789abcdef after 13 steps"]))
        self.assertIn("out.txt has a line that the replay does not print",
                      said(last, [lines[last], "test accuracy 99 %"]))
        self.assertIn("out.txt differs", said(last - 2, [lines[last - 2].replace("0", "1")]))

    def test_a_stopped_and_resumed_run_has_the_output_of_an_uninterrupted_one(self):
        os.remove(self.path("run/done"))
        os.remove(self.path("run/checkpoints", self.checkpoints()[-1]))
        self.assertIn("goes on after step", self.run_program(*RUN, "--output-dir", "run")[0])
        self.assertIn("    out.txt: everything but", self.verify())

    def test_a_report_lists_what_was_checked_and_what_is_on_trust(self):
        whole, part = self.verify(), self.verify("--to-step", "5")
        for text in ("\nchecked\n", "    record.json: ", "    done, weights.safetensors: everything\n",
                     "    out.txt: ", "\non trust\n", "CPU", "the data files"):
            self.assertIn(text, whole)
        self.assertRegex(part, "(?s)\nchecked, of these steps\n.*\non trust\n.*"
                               "    done, weights.safetensors: compared only")

    def test_the_last_chain_is_compared_with_a_published_one(self):
        chain = json.loads(self.read("run", "metrics.jsonl").splitlines()[-1])["chain"]
        self.assertIn("the last chain: it is the expected one", self.verify("--expect-chain", chain))
        said = self.verify("--expect-chain", "5a" * 32, code=DATA)
        self.assertIn("the last chain is not the expected one: this is another run\n    expected  "
                      + "5a" * 32 + "\n    found     " + chain, said)
        for wrong in (["5a"], [chain[:-1]], [chain[:-1] + "g"], [chain, "--to-step", "5"]):
            self.assertIn("--expect-chain must be the chain of the last record",
                          self.verify("--expect-chain", *wrong, code=USAGE))

    def test_endlessly_nested_json_is_refused_in_every_file(self):
        for file in ("record.json", "results.jsonl", "metrics.jsonl", "done"):
            for content in ("[" * 200000, '{"step":' + '{"a":' * 200000, "[" * 200000 + "]" * 200000,
                            '{"step":0,"a":' + "[" * 99999 + "]" * 99999 + "}\n"):
                self.restore()
                self.change("run/" + file, lambda _, content=content: content.encode())
                self.verify(code=DATA)
                if file == "record.json":
                    self.run_program("inspect", "run", "--step", "1", "--weight", "linear0.bias[0]",
                                     code=DATA)
        self.run_program("train", "--hparams", '{"tau":' + "[" * 50000, code=USAGE)

    def test_values_of_wrong_type_or_out_of_range_are_bad_data(self):
        record = json.loads(self.read("run", "record.json"))
        for name in record["args"]:
            for value in (5, "x", [], {}, None, True, -1, 1e300, 2 ** 31 - 1, 2 ** 63, -1e300, [1e300],
                          [2 ** 31]):
                changed = {**record, "args": {**record["args"], name: value}}
                self.change("run/record.json", lambda _, changed=changed: json.dumps(changed).encode())
                command = [os.path.join(self.programs, "sandgrad"), "verify", "run", "--threads", "1"]
                done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, timeout=20, check=False)
                self.assertIn(done.returncode, (0, DATA, MISSING, RESOURCES, BUSY), (name, value, done))
                if done.returncode == 0:
                    self.assertTrue(name in ("data_dir", "init_from") or record["args"][name] == value,
                                    (name, value))
        self.restore()
        for value in (5, "x", [], None):
            for key in ("args", "hparams"):
                self.restore()
                self.change_line("run/results.jsonl", 1,
                                 lambda line, key=key, value=value: line.update({key: value}))
                self.assertIn("record.json and results.jsonl: a setting differs", self.verify(code=DATA))
        for step in (1e300, 2 ** 31 - 1, 2 ** 64, -1, "4", None):
            for file in ("metrics.jsonl", "results.jsonl"):
                self.restore()
                self.change_line("run/" + file, 1, lambda line, step=step: line.update(step=step))
                self.verify(code=DATA)

    def test_a_record_of_a_huge_network_is_refused_at_once(self):
        for name in ("record.json", "results.jsonl"):
            self.change("run/" + name,
                        lambda content: re.sub(rb'"mlp_width": ?4\.0', b'"mlp_width":65536.0', content))
        self.change("run/record.json",
                    lambda content: content.replace(b'"mlp_depth": 2.0', b'"mlp_depth": 30.0'))
        self.change("run/results.jsonl",
                    lambda content: content.replace(b'"mlp_depth":2.0', b'"mlp_depth":30.0'))
        self.assertIn("memory: the run does not fit", self.verify(code=RESOURCES, timeout=20))
        self.run_program("inspect", "run", "--step", "1", "--weight", "linear0.bias[0]", code=RESOURCES,
                         timeout=20)

    def limited(self):
        """Sets `ulimit -v` in the child before it runs the program, but not under AddressSanitizer,
        which reserves terabytes."""
        with open(os.path.join(self.programs, "sandgrad"), "rb") as program:
            if b"__asan_init" in program.read():
                return {}
        limits = (400 << 20, resource.RLIM_INFINITY)
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, limits)}

    def test_files_longer_than_those_of_a_run_are_not_read(self):
        os.truncate(self.path("run/checkpoints", self.checkpoints()[-1]), 3 << 30)
        self.assertIn("bytes, more than a checkpoint of this model has",
                      self.verify(code=DATA, **self.limited()))
        self.run_program("inspect", "run", "--step", "12", "--weight", "linear0.bias[0]", "--threads", "1",
                         **self.limited())
        for file, says in [("weights.safetensors", "weights.safetensors has another size"),
                           ("done", "file: too large"), ("record.json", "file: too large"),
                           ("metrics.jsonl", "metrics.jsonl\n    line 5"),
                           ("results.jsonl", "results.jsonl\n    line 5"), ("out.txt", "file: too large")]:
            self.restore()
            os.truncate(self.path("run", file), 3 << 30)
            self.assertIn(says, self.verify(code=DATA, **self.limited()))

    def test_logs_are_read_line_by_line(self):
        self.change_line("run/metrics.jsonl", 1, lambda line: line.update(step=0))
        with open(self.path("run/metrics.jsonl"), "ab") as file:
            for _ in range(1000):
                file.write(b'{"step":16}' + b" " * 990000 + b"\n")
        self.assertIn("a line is missing, doubled or out of order", self.verify(code=DATA, **self.limited()))

    def test_control_characters_of_a_run_do_not_reach_the_terminal(self):
        escape = "\x1b]0;owned\x07\x9b31m\nverified: all"
        self.change_line("run/metrics.jsonl", 1, lambda line: line["domains"][0].update(name=escape))
        for edit in [lambda record: record["args"].update({escape: 1}),
                     lambda record: record["args"].update(dataset=escape),
                     lambda record: record["hparams"].update({escape: 1}),
                     lambda record: record.update(number=escape),
                     lambda record: record["data"]["files"][0].update(name=escape),
                     lambda record: record.update({escape: escape}), None]:
            record = json.loads(self.read("run", "record.json"))
            if edit:
                edit(record)
            with open(self.path("run/record.json"), "r+", encoding="utf-8") as file:
                old = file.read()
                file.seek(0), file.truncate()
                json.dump(record, file, ensure_ascii=False)
            done = subprocess.run([os.path.join(self.programs, "sandgrad"), "verify", "run"], cwd=self.folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.assertIn(done.returncode, (DATA, BUSY), done)
            for raw in ("\x1b", "\x07", "\x9b", "\nverified"):
                self.assertNotIn(raw, done.stdout.decode(), done)
            self.change("run/record.json", lambda _, old=old: old.encode())
        self.change("run/done", lambda _: b'{"weights":"\\u001b[2J\xc2\x9b"}')
        self.change_line("run/metrics.jsonl", 1, lambda line: line["domains"][0].update(name="+90%"))
        self.assertNotRegex(self.verify(code=DATA), "[\x1b\x9b]")

    def test_a_run_with_a_relative_data_directory_is_verified_from_elsewhere_with_a_hint(self):
        os.mkdir(self.path("elsewhere"))
        elsewhere = {"cwd": self.path("elsewhere")}
        _, said = self.run_program("verify", "../run", code=MISSING, **elsewhere)
        self.assertIn("    hint: the recorded path starts where the run was made; "
                      "name the present data directory with --data-dir", said)
        self.assertIn("bit-identical",
                      self.run_program("verify", "../run", "--data-dir", "../data", **elsewhere)[0])

    def test_a_data_directory_with_any_bytes_in_its_name_is_found_again(self):
        name = b"gr\xf6\xdfe \\x41"
        os.rename(self.path("data"), os.path.join(os.fsencode(self.folder), name))
        self.run_program(*(os.fsencode(word) if word != "data" else name for word in RUN),
                         "--output-dir", "other", errors="replace")
        self.assertEqual(json.loads(self.read("other", "record.json"))["args"]["data_dir"],
                         r"gr\xf6\xdfe \x5cx41")
        self.assertIn("bit-identical", self.run_program("verify", "other")[0])

    def test_missing_and_doubled_lines_are_named(self):
        for file in ("metrics.jsonl", "results.jsonl"):
            for lines in ([0, 1, 3], [0, 1, 1, 2, 3]):
                self.restore()
                self.change(f"run/{file}",
                            lambda content, lines=lines: b"".join(content.splitlines(True)[i] for i in lines))
                self.assertIn(f"{file}: a line is missing, doubled or out of order", self.verify(code=DATA))

    def test_the_final_weights_are_compared(self):
        self.change("run/weights.safetensors", lambda content: content[:-1] + bytes([content[-1] ^ 1]))
        self.assertIn("weights.safetensors: the numbers differ in 1 of ", self.verify(code=DATA))

    def flip_a_bit(self, file, first, dice):
        """Flips a bit of any byte from `first` on."""
        place, bit = dice.randrange(first, os.path.getsize(self.path(file))), 1 << dice.randrange(8)
        self.change(file,
                    lambda content: content[:place] + bytes([content[place] ^ bit]) + content[place + 1:])

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
                self.change("run/record.json",
                            lambda content: re.sub(f'"{seed}": \\d+', other, content.decode()).encode())
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
        """-> a folder with this program but without sandgrad64"""
        os.mkdir(self.path("bin"))
        shutil.copy(os.path.join(self.programs, "sandgrad"), self.path("bin"))
        return self.path("bin")

    def test_a_missing_second_opinion_is_a_failure(self):
        sandgrad64 = os.path.join(self.alone(), "sandgrad64")
        for does, code in [("exit 70", 70), ("kill -9 $$", 128 + signal.SIGKILL)]:
            with open(sandgrad64, "w", encoding="utf-8") as script:
                script.write(f"#!/bin/sh\n{does}\n")
            os.chmod(sandgrad64, 0o755)
            said = self.verify("--second-opinion", code=DATA, program=self.path("bin", "sandgrad"))
            self.assertIn(f"sandgrad64 gave no second opinion\n    exit code of sandgrad64  {code}\n", said)
            self.assertIn("NOT verified: run", said)
            self.assertNotIn("bit-identical", said)

    def test_a_second_opinion_needs_the_other_program_beside_this_one(self):
        said = self.verify("--second-opinion", code=MISSING, program=os.path.join(self.alone(), "sandgrad"))
        self.assertIn(f"looked for {self.path('bin', 'sandgrad64')}\n    hint: ", said)


class OldRun(Case):
    """old_run/ was made by an old version and must go on passing verify."""
    COMMAND = ["train", "--dataset", "Spirals", "--steps", "9", "--record-every", "4",
               "--checkpoint-every", "4",
               "--hparams", '{"batch_size": 8, "mlp_width": 3, "mlp_depth": 1, "tau": 0.4}',
               "--output-dir", "run"]

    def setUp(self):
        super().setUp()
        shutil.copytree(os.path.join(os.path.dirname(os.path.abspath(__file__)), "old_run"), self.path("run"))

    def test_is_verified_and_explained(self):
        self.assertIn("verified: 9 steps, 3 records, 2 checkpoints, bit-identical",
                      self.run_program("verify", "run")[0])
        self.assertIn("linear0.weight[1,2] in step 5",
                      self.run_program("inspect", "run", "--step", "5", "--weight", "linear0.weight[1,2]")[0])

    def test_resumes_and_ends_with_the_same_files(self):
        kept = ["weights.safetensors", "done", "checkpoints/step-000004.safetensors",
                "checkpoints/step-000008.safetensors"]
        contents = lambda: [pathlib.Path(self.path("run", name)).read_bytes() for name in kept]
        old = contents()
        for name in kept[:2] + kept[3:]:
            os.remove(self.path("run", name))
        self.assertIn("goes on after step 4", self.run_program(*self.COMMAND)[0])
        self.assertEqual(contents(), old)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--faults", type=int, default=9)
    arguments = parser.parse_args()
    Case.programs = os.path.abspath(arguments.programs)
    unittest.main(argv=sys.argv[:1])
