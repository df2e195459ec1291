#!/usr/bin/env python3
"""The Python modules sandgrad and sandgrad64, built with -DSANDGRAD_PYTHON=ON.

    python_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 no module here
"""
import ast
import contextlib
import gc
import importlib.util
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import unittest

from program_test import QUICK, SOURCE, Case, main

MODULES = os.path.join(os.path.abspath(sys.argv[1]), "python")
sys.path.insert(0, MODULES)
sys.path.append(os.path.join(SOURCE, "experiments/python"))
try:
    import numpy as np
    import sandgrad
    import sandgrad64
    from sandgrad import DataError, UsageError, combine
    from read_run import read_run as read_with_numpy_alone
except ImportError as problem:
    print(f"python_test: {problem}; configure with -DSANDGRAD_PYTHON=ON", file=sys.stderr)
    sys.exit(77)

SMALL = {"steps": 5, "record_every": 2, "hparams": {"batch_size": 32, "mlp_width": 16}}
ROWS = np.random.RandomState(0).standard_normal((4, 1000))


class Combine(Case):
    def test_a_direction_has_the_bits_of_the_program(self):
        np.save(self.path("in.npy"), ROWS)
        for module, program in ((sandgrad, "sandgrad"), (sandgrad64, "sandgrad64")):
            for name, hparams in (("SANDMask", {"tau": 0.2, "k": 3}), ("UPGrad", {}), ("GradDrop", {})):
                self.run_program("combine", "--combiner", name, "--hparams", json.dumps(hparams),
                                 "--in", "in.npy", "--out", "out.npy", "--seed", "7", "--step", "3",
                                 program=program)
                found = module.combine(ROWS, name, seed=7, step=3, **hparams)["direction"]
                self.assertEqual(found.dtype, module.dtype)
                self.assertEqual(found.tobytes(), np.load(self.path("out.npy")).tobytes())

    def test_each_kind_of_method_has_its_own_arrays(self):
        masked = combine(ROWS, "ANDMask", tau=0.5)
        self.assertEqual(set(masked), {"direction", "mask"})
        self.assertEqual((masked["direction"] != 0).tolist(), (masked["mask"] == 1).tolist())
        weighed = sandgrad64.combine(ROWS, "UPGrad")
        self.assertEqual(set(weighed), {"direction", "weights", "gram"})
        np.testing.assert_allclose(weighed["gram"], ROWS @ ROWS.T, rtol=1e-12)
        np.testing.assert_allclose(weighed["direction"], weighed["weights"] @ ROWS, rtol=1e-9, atol=1e-12)

    def test_a_mean_is_that_of_numpy(self):
        found = sandgrad64.combine(ROWS, "ERM")["direction"]
        np.testing.assert_allclose(found, ROWS.mean(0), rtol=1e-12, atol=1e-15)

    def test_arrays_stay_valid_after_everything_else_is_gone(self):
        mask = combine(ROWS, "SANDMask", tau=0.1)["mask"]
        expected = mask.copy()
        for _ in range(20):
            combine(-ROWS, "SANDMask", tau=0.3)
        gc.collect()
        np.testing.assert_array_equal(mask, expected)
        self.assertFalse(mask.flags.owndata)  # a view of the combiner's own memory

    def test_anything_that_numpy_takes_as_an_array_of_numbers_is_a_table(self):
        expected = combine(np.array([[1, 3], [2, 5]], float), "Sum")["direction"].tolist()
        for table in ([[1, 3], [2, 5]], ((1, 3), (2, 5)), np.array([[1, 3], [2, 5]], np.uint8),
                      np.array([[1, 2], [3, 5]], np.float32).T,
                      np.array([[1, 9, 3, 9], [2, 9, 5, 9]])[:, ::2]):
            self.assertEqual(combine(table, "Sum")["direction"].tolist(), expected)

    def test_losses_are_passed_to_methods_that_see_them(self):
        found = sandgrad64.combine(ROWS, "GroupDROWeights", losses=[0, 0, 0, 9])
        self.assertGreater(found["weights"][3], found["weights"][0])

    def test_other_threads_run_while_a_table_is_combined(self):
        wide = np.random.RandomState(1).standard_normal((16, 200000)).astype(np.float32)
        found = []
        workers = [threading.Thread(target=lambda: found.append(
            combine(wide, "SANDMask", tau=0.2)["direction"].tobytes())) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(len(set(found)), 1)
        self.assertEqual(len(found), 4)


class Errors(Case):
    def raises(self, kind, call, *says):
        with self.assertRaises(kind) as raised:
            call()
        for text in says:
            self.assertIn(text, str(raised.exception))
        return raised.exception

    def test_an_error_has_the_text_and_the_code_of_the_program(self):
        _, stderr = self.run_program("combine", "--combiner", "UPGrda", "--in", "a", "--out", "b", code=64)
        error = self.raises(UsageError, lambda: combine(ROWS, "UPGrda"))
        self.assertEqual(f"sandgrad: {error}\n", stderr)
        self.assertEqual(error.exit_code, 64)
        _, stderr = self.run_program("train", "--dataset", "Spiral", code=64)
        error = self.raises(UsageError, lambda: sandgrad.train(dataset="Spiral"))
        self.assertEqual(f"sandgrad: {error}\n", stderr)

    def test_each_error_is_one_of_pythons_kinds_too(self):
        self.raises(ValueError, lambda: combine(ROWS, "none such"))
        self.raises(FileNotFoundError, lambda: sandgrad.read_run(self.path("none")), "no such file")
        self.assertTrue(issubclass(sandgrad.BusyError, OSError))
        self.assertIsNot(sandgrad.Error, sandgrad64.Error)
        self.raises(sandgrad64.Error, lambda: sandgrad64.combine(ROWS, "none such"))

    def test_tables_that_cannot_be_combined_are_refused(self):
        for table, kind, says in (
                (ROWS[0], DataError, ["two axes", "(1000,)"]),
                (ROWS[:0], DataError, ["no domain"]),
                (ROWS[:, :0], DataError, ["no column"]),
                (np.zeros((4097, 1)), DataError, ["4096"]),
                ([[1, np.nan], [0, 0]], DataError, ["a gradient that is not finite"]),
                (np.full((2, 2), 1e300), DataError, ["not finite"]),
                ([["a"]], UsageError, ["array of numbers"]),
                (None, UsageError, ["array of numbers"]),
                ([[1j]], UsageError, ["complex128"]),
                ([[1], [1, 2]], UsageError, ["numbers"])):
            with np.errstate(over="ignore"):  # 1e300 becomes infinite in float32
                self.raises(kind, lambda t=table: combine(t, "Mean"), *says)
        self.raises(UsageError, lambda: combine(ROWS, "GroupDROWeights"), "losses=[...]")
        self.raises(DataError, lambda: combine(ROWS, "GroupDROWeights", losses=[1, 2]), "[4]")
        self.raises(sandgrad.NonFiniteError, lambda: combine(np.full((2, 2), 3e38), "Sum"))

    def test_hyper_parameters_are_checked(self):
        self.raises(UsageError, lambda: combine(ROWS, "SANDMask", tua=0.5), "did you mean tau?")
        self.raises(UsageError, lambda: combine(ROWS, "Mean", tau=0.5), "tau")
        self.raises(UsageError, lambda: combine(ROWS, "SANDMask", tau=1), "nothing would ever train")
        self.raises(UsageError, lambda: combine(ROWS, "SANDMask", tau=object()), "type object")
        self.raises(UsageError, lambda: combine(ROWS, "SANDMask", tau=float("nan")))
        nested = []
        nested.append(nested)
        self.raises(UsageError, lambda: combine(ROWS, "SANDMask", tau=nested), "16 levels")
        self.raises(UsageError, lambda: combine(ROWS, "Mean", threads=-1), "threads")

    def test_settings_are_checked_by_name_type_and_range(self):
        def train(**settings):
            return lambda: sandgrad.train(**{**SMALL, **settings})
        self.raises(UsageError, train(stps=3), "did you mean steps?", "hparams={")
        self.raises(UsageError, train(lr=3), "setting: no such name", "hparams={")
        self.raises(UsageError, train(steps="3"), "steps: expected a whole number", "type str")
        self.raises(UsageError, train(steps=True), "steps: expected a whole number")
        self.raises(UsageError, train(steps=0), "steps: out of range")
        self.raises(UsageError, train(steps=-1), "steps: out of range")
        self.raises(UsageError, train(steps=1 << 70), "steps: out of range")
        self.raises(UsageError, train(holdout_fraction="a"), "expected a number")
        self.raises(UsageError, train(mask_update=1), "expected True or False")
        self.raises(UsageError, train(test_envs=["a"]), "whole number")
        self.raises(UsageError, train(algorithm=5), "expected a text")
        self.raises(UsageError, train(hparams=5), "expected a dict")
        self.raises(UsageError, train(hparams={"tua": 1}), "did you mean tau?")
        self.raises(UsageError, train(tensorboard=True), "--output-dir")
        self.raises(UsageError, train(threads=9999), "threads")

    def test_numbers_that_become_infinite_end_a_run_with_their_own_kind(self):
        error = self.raises(ArithmeticError,
                            lambda: sandgrad.train(**{**SMALL, "hparams": {"lr": 1e30}}), "not finite")
        self.assertEqual((type(error), error.exit_code), (sandgrad.NonFiniteError, 76))


class Train(Case):
    def test_a_run_has_the_files_and_bits_of_the_program(self):
        sandgrad.train(**SMALL, output_dir=self.path("mine"))
        self.run_program(*QUICK, "--steps", "5", "--record-every", "2", "--output-dir", "theirs")
        for name in ("done", "weights.safetensors", "metrics.jsonl"):
            with open(self.path("mine", name), "rb") as mine, open(self.path("theirs", name), "rb") as theirs:
                self.assertEqual(mine.read(), theirs.read(), name)
        self.assertIn("verified", self.run_program("verify", "mine")[0])

    def test_nothing_is_printed_unless_asked_for(self):
        code = (f"import sys; sys.path.insert(0, {MODULES!r}); import sandgrad\n"
                f"sandgrad.train(**{SMALL!r}, verbose='-v' in sys.argv)")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        done = subprocess.run([sys.executable, "-c", code, "-v"], capture_output=True, text=True, check=True)
        self.assertIn("weights ", done.stdout)
        self.assertIn("memory: ", done.stderr)

    def test_records_are_passed_on_as_they_are_made(self):
        records = []
        result = sandgrad.train(**SMALL, on_record=records.append, output_dir=self.path("run"))
        self.assertEqual(records, self.whole_lines("run", "metrics.jsonl"))
        self.assertEqual(result["record"], records[-1])
        self.assertEqual((result["finished"], result["steps"]), (True, 5))

    def test_a_run_whose_mask_never_opens_says_so(self):
        self.assertIn("the mask never opened", sandgrad.train(**SMALL)["never_learned"])
        self.assertIsNone(sandgrad.train(**SMALL, algorithm="ERM")["never_learned"])

    def test_the_weights_are_views_that_outlive_the_run(self):
        result = sandgrad64.train(**SMALL, output_dir=self.path("run"))
        stored = sandgrad64.read_run(self.path("run"))["weights"]
        weights = result["weights"]
        del result
        gc.collect()
        self.assertEqual(set(weights), set(stored))
        for name, numbers in weights.items():
            np.testing.assert_array_equal(numbers, stored[name])
            self.assertFalse(numbers.flags.owndata)
            self.assertEqual(numbers.dtype, np.float64)

    def test_a_finished_run_is_read_and_not_repeated(self):
        first = sandgrad.train(**SMALL, output_dir=self.path("run"))
        calls = []
        again = sandgrad.train(**SMALL, output_dir=self.path("run"), on_record=calls.append)
        self.assertEqual(calls, [])
        self.assertEqual((again["steps"], again["record"]), (first["steps"], first["record"]))
        for name, numbers in first["weights"].items():
            np.testing.assert_array_equal(numbers, again["weights"][name])
        with self.assertRaises(sandgrad.BusyError):
            sandgrad.train(**{**SMALL, "seed": 1}, output_dir=self.path("run"))

    def test_an_exception_of_the_callback_ends_the_run_and_the_run_resumes(self):
        def stop(record):
            if record["step"] == 2:
                raise KeyError("enough")
        with self.assertRaises(KeyError):
            sandgrad.train(**SMALL, output_dir=self.path("run"), on_record=stop)
        sandgrad.train(**SMALL, output_dir=self.path("run"))
        sandgrad.train(**SMALL, output_dir=self.path("whole"))
        self.assertEqual(self.read("run", "metrics.jsonl"), self.read("whole", "metrics.jsonl"))

    def test_signals_end_a_run_with_a_checkpoint_as_python_expects(self):
        for number, kind in ((signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)):
            folder = self.path(str(int(number)))
            before = signal.getsignal(number)
            with self.assertRaises(kind) as raised:
                sandgrad.train(**{**SMALL, "steps": 1000}, output_dir=folder,
                               on_record=lambda record: record["step"] == 4 and os.kill(os.getpid(), number))
            if kind is SystemExit:
                self.assertEqual(raised.exception.code, 143)
            self.assertEqual(signal.getsignal(number), before)
            self.assertIn(4, sandgrad.read_run(folder)["checkpoints"])

    def test_one_run_at_a_time_trains_in_a_process(self):
        def again(record):
            sandgrad.train(**SMALL)
        with self.assertRaises(sandgrad.BusyError):
            sandgrad.train(**SMALL, on_record=again)
        sandgrad.train(**SMALL)

    def test_other_threads_run_during_training(self):
        seen, done = [], threading.Event()

        def count():
            while not done.wait(0.001):
                seen.append(1)
        counter = threading.Thread(target=count)
        counter.start()
        sandgrad.train(**{**SMALL, "steps": 200})
        done.set()
        counter.join()
        self.assertGreater(len(seen), 10)

    def test_settings_of_each_type_take_effect(self):
        record = {}
        sandgrad.train(steps=np.int64(2), hparams={"mlp_width": np.int32(8), "lr": np.float32(0.5)},
                       algorithm="erm", test_envs=(0, 1), holdout_fraction=0.25, mask_update=True,
                       freeze="linear0.*", checkpoint_freq=1, output_dir=self.path("run"))
        args = sandgrad.read_run(self.path("run"))["record"]
        record.update(args["args"])
        expected = {"steps": 2, "algorithm": "ERM", "test_envs": [0, 1], "checkpoint_freq": 1,
                    "holdout_fraction": 0.25, "mask_update": True, "freeze": ["linear0.*"]}
        self.assertEqual({name: record[name] for name in expected}, expected)
        self.assertEqual((args["hparams"]["mlp_width"], args["hparams"]["lr"]), (8, 0.5))
        sandgrad.train(**SMALL, test_envs="none", class_weights=[1, 2.5], output_dir=self.path("other"))
        args = sandgrad.read_run(self.path("other"))["record"]["args"]
        self.assertEqual((args["test_envs"], args["class_weights"]), ([], "1,2.5"))


class ReadRun(Case):
    def compare(self, ours, other):
        self.assertEqual(type(ours) in (dict, list), type(other) in (dict, list))
        if isinstance(ours, dict):
            self.assertEqual(set(ours), set(other))
            for key in ours:
                self.compare(ours[key], other[key])
        elif isinstance(ours, np.ndarray):
            self.assertEqual((ours.dtype, ours.shape), (other.dtype, other.shape))
            np.testing.assert_array_equal(ours, other)
        else:
            self.assertEqual(ours, other)

    def test_the_module_and_the_script_with_numpy_alone_read_the_same(self):
        stopping = ["--early-stop", "9", "--holdout-fraction", "0.2"]
        for module, program, more in ((sandgrad, "sandgrad", stopping),
                                      (sandgrad64, "sandgrad64", ["--algorithm", "UPGrad"])):
            self.run_program(*QUICK, "--steps", "7", "--record-every", "3", "--evaluate-every", "6", *more,
                             "--fresh", "--output-dir", "run", program=program)
            self.compare(module.read_run(self.path("run")), read_with_numpy_alone(self.path("run")))
            for name in ("done", "weights.safetensors"):
                os.remove(self.path("run", name))
            self.compare(module.read_run(self.path("run")), read_with_numpy_alone(self.path("run")))

    def test_arrays_own_nothing_and_stay_valid(self):
        sandgrad.train(**SMALL, output_dir=self.path("run"))
        weights = sandgrad.read_run(self.path("run"))["weights"]["linear0.weight"]
        again = sandgrad.read_run(self.path("run"))["weights"]["linear0.weight"]
        gc.collect()
        self.assertFalse(weights.flags.owndata)
        np.testing.assert_array_equal(weights, again)

    def test_damage_is_refused_with_the_file(self):
        sandgrad.train(**SMALL, output_dir=self.path("run"))
        with open(self.path("run/checkpoints/step-000004.safetensors"), "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        with self.assertRaises(DataError) as raised:
            sandgrad.read_run(self.path("run"))
        self.assertIn("step-000004.safetensors", str(raised.exception))
        self.assertEqual(len(sandgrad.read_run(self.path("run"), checkpoints=False)["metrics"]), 3)
        for content in ("[]", "{", "[" * 100000, "\xff"):
            with open(self.path("run/record.json"), "w", encoding="latin-1") as file:
                file.write(content)
            with self.assertRaises(DataError):
                sandgrad.read_run(self.path("run"), checkpoints=False)

    def test_a_run_that_has_only_begun_is_read(self):
        os.mkdir(self.path("run"))
        with open(self.path("run/record.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        with open(self.path("run/metrics.jsonl"), "w", encoding="utf-8") as file:
            file.write('{"step":0,"loss":1}\n{"step":1,"lo')
        self.compare(sandgrad.read_run(self.path("run")), read_with_numpy_alone(self.path("run")))

    def test_a_path_may_be_any_that_python_has(self):
        sandgrad.train(**SMALL, output_dir=self.path("run\u00e9"))
        for path in (pathlib.Path(self.path("run\u00e9")), os.fsencode(self.path("run\u00e9"))):
            self.assertEqual(len(sandgrad.read_run(path)["metrics"]), 3)
        with self.assertRaises(TypeError):
            sandgrad.read_run(5)


class Stubs(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(MODULES, "sandgrad/__init__.pyi"), encoding="utf-8") as file:
            self.tree = ast.parse(file.read())
        self.functions = {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}

    def names(self, function):
        return [argument.arg for argument in self.functions[function].args.kwonlyargs]

    def test_every_public_name_is_in_the_stubs(self):
        stubs = {node.name for node in self.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        stubs |= {node.target.id for node in self.tree.body if isinstance(node, ast.AnnAssign)}
        self.assertLessEqual(set(sandgrad.__all__) | {"__version__"}, stubs)

    def test_train_has_the_settings_of_the_program_in_order(self):
        names = self.names("train")
        first = names.index("dataset")
        self.assertEqual(names[first:], list(sandgrad.settings()))
        for name in names[:first]:
            self.assertIn(name, sandgrad.train.__doc__)

    def test_every_argument_exists_and_every_function_is_documented(self):
        for name in ("combine", "read_run", "train", "settings"):
            self.assertGreater(len(getattr(sandgrad, name).__doc__), 40)
        with self.assertRaises(UsageError):
            combine([[1.0]], "none", **{name: 0 for name in self.names("combine") if name != "losses"})
        with self.assertRaises(FileNotFoundError):
            sandgrad.read_run("/none", **{name: False for name in self.names("read_run")})

    def test_the_version_is_that_of_the_program(self):
        program = os.path.join(os.path.abspath(sys.argv[1]), "sandgrad")
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(said, f"sandgrad {sandgrad.__version__}\n")


def said_by(code, names):
    """-> what the code prints"""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, names)  # pylint: disable=exec-used
    return said.getvalue()


class Lesson(Case):
    """experiments/python/lesson.ipynb and docs/python.md: code must print what stands below it."""
    notebook = os.path.join(SOURCE, "experiments/python/lesson.ipynb")
    page = os.path.join(SOURCE, "docs/python.md")

    def cells(self, path):
        with open(path, encoding="utf-8") as file:
            return [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]

    def printed(self, cell):
        return "".join("".join(output.get("text", "")) for output in cell["outputs"])

    def test_jupyter_prints_what_stands_in_the_notebook(self):
        if not all(map(importlib.util.find_spec, ("nbconvert", "ipykernel"))):
            self.skipTest("no Jupyter for this interpreter; apt install jupyter-nbconvert python3-ipykernel")
        folders = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        environment = {**os.environ, "PYTHONPATH": MODULES, **dict.fromkeys(folders, self.folder)}
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", self.notebook,
                        "--output-dir", self.folder, "--output", "done"], env=environment, cwd=self.folder,
                       check=True, capture_output=True, timeout=200)
        for cell, done in zip(self.cells(self.notebook), self.cells(self.path("done.ipynb")), strict=True):
            self.assertEqual(self.printed(done), self.printed(cell), "".join(cell["source"]))

    def test_plain_python_prints_the_same(self):
        names = {}
        os.chdir(self.folder)
        self.addCleanup(os.chdir, SOURCE)
        for cell in self.cells(self.notebook):
            source = "".join(cell["source"])
            self.assertEqual(said_by(source, names), self.printed(cell), source)

    def test_the_page_prints_what_stands_in_it(self):
        names = {}
        os.chdir(self.folder)
        self.addCleanup(os.chdir, SOURCE)
        with open(self.page, encoding="utf-8") as file:
            blocks = re.findall(r"^```python\n(.*?)^```\n```text\n(.*?)^```", file.read(), re.M | re.S)
        self.assertGreater(len(blocks), 3)
        for source, shown in blocks:
            self.assertEqual(said_by(source, names), shown, source)


if __name__ == "__main__":
    sys.exit(main())
