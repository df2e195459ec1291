#!/usr/bin/env python3
"""`sandgrad combine` as its users meet it: files of numpy in and out, flags, and inputs that are wrong.

    combine_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 no numpy
"""
import json
import os
import sys

try:
    import numpy as np
except ImportError:
    print("combine_test: numpy is missing; apt install python3-numpy", file=sys.stderr)
    sys.exit(77)

from program_test import DATA, IO, MISSING, NON_FINITE, USAGE, Case, main

TABLE = np.array([[-4.0, 1.0, 1.0], [6.0, 1.0, 1.0]])


class CombineCase(Case):
    def save(self, name, numbers):
        np.save(self.path(name), numbers)
        return self.path(name)

    def load(self, name):
        return np.load(self.path(name), allow_pickle=False)

    def combine(self, combiner, *arguments, table=TABLE, **options):
        """-> the direction, and stdout"""
        if table is not None:
            self.save("in.npy", table)
        stdout, stderr = self.run_program("combine", "--combiner", combiner, "--in", "in.npy",
                                          "--out", "out.npy", *arguments, **options)
        self.assertEqual(stderr, "")
        return self.load("out.npy"), stdout

    def refused_table(self, code, *says, table=TABLE, combiner="Mean", arguments=(), **options):
        """Nothing is written."""
        if table is not None:
            self.save("in.npy", table)
        before = set(os.listdir(self.folder))
        self.refused(code, "combine", "--combiner", combiner, "--in", "in.npy", "--out", "out.npy",
                     *arguments, says=says, **options)
        self.assertEqual(set(os.listdir(self.folder)), before)


class Files(CombineCase):
    def test_each_type_of_numpy_is_read_as_the_same_numbers(self):
        rows = np.array([[0, 3, 255], [2, 1, 7], [5, 5, 0]])
        for dtype in ("<f4", "<f8", "<i4", "<i8", "|u1"):
            for program, own in (("sandgrad", np.float32), ("sandgrad64", np.float64)):
                found, _ = self.combine("Constant", "--hparams", '{"weights": [1, 1, 1]}',
                                        table=rows.astype(dtype), program=program)
                self.assertEqual(found.dtype, own)
                self.assertEqual(found.tolist(), [7, 9, 262])

    def test_each_version_of_the_format_is_read(self):
        for version in ((1, 0), (2, 0), (3, 0)):
            with open(self.path("in.npy"), "wb") as file:
                np.lib.format.write_array(file, TABLE, version)
            self.assertEqual(self.combine("Mean", table=None)[0].tolist(), [1, 1, 1])

    def test_float64_is_rounded_to_the_nearest_float32_and_not_in_the_double_program(self):
        rows = np.random.RandomState(0).standard_normal((1, 1000)) * 10.0 ** np.arange(-30, 30, 0.06)
        self.assertEqual(self.combine("Mean", table=rows)[0].tobytes(), rows[0].astype(np.float32).tobytes())
        found, _ = self.combine("Mean", table=rows, program="sandgrad64")
        self.assertEqual(found.tobytes(), rows[0].tobytes())

    def test_every_result_has_the_shape_and_type_that_numpy_expects(self):
        rows = np.random.RandomState(0).standard_normal((4, 1000))
        for program, own in (("sandgrad", np.float32), ("sandgrad64", np.float64)):
            found, _ = self.combine("ANDMask", "--mask-out", "mask.npy", "--hparams", '{"tau": 0.5}',
                                    table=rows, program=program)
            mask = self.load("mask.npy")
            self.assertEqual((found.shape, found.dtype, mask.shape, mask.dtype), ((1000,), own, (1000,), own))
            self.assertEqual(set(mask.tolist()), {0, 1})
            self.assertEqual((found != 0).tolist(), (mask == 1).tolist())
            found, _ = self.combine("UPGrad", "--weights-out", "weights.npy", "--gram-out", "gram.npy",
                                    table=rows, program=program)
            weights, gram = self.load("weights.npy"), self.load("gram.npy")
            self.assertEqual((weights.shape, weights.dtype), ((4,), np.float64))
            self.assertEqual((gram.shape, gram.dtype), ((4, 4), np.float64))
            np.testing.assert_allclose(gram, rows @ rows.T, rtol=1e-6)
            np.testing.assert_allclose(found, weights @ rows, rtol=1e-4, atol=1e-6)

    def test_the_same_input_gives_the_same_bytes_for_any_number_of_threads(self):
        rows = np.random.RandomState(0).standard_normal((5, 40000))
        for combiner in ("SANDMaskSNR", "UPGrad", "GradDrop"):
            outputs = {self.combine(combiner, "--threads", threads, table=rows)[0].tobytes()
                       for threads in "1237"}
            self.assertEqual(len(outputs), 1, combiner)

    def test_random_methods_depend_on_seed_and_step(self):
        rows = np.random.RandomState(0).standard_normal((5, 100))
        for combiner in ("AgrRand", "GradDrop", "Random", "PCGrad"):
            outputs = [self.combine(combiner, "--seed", seed, "--step", step, table=rows)[0].tobytes()
                       for seed, step in (("0", "0"), ("0", "1"), ("1", "0"),
                                          ("4611686018427387904", "2147483647"))]
            self.assertEqual(len(set(outputs)), 4, combiner)
            self.assertEqual(self.combine(combiner, table=rows)[0].tobytes(), outputs[0])


class Flags(CombineCase):
    def test_names_ignore_case_and_torchjds_mean_is_erm(self):
        for name in ("Mean", "mean", "ERM", "erm"):
            self.assertEqual(self.combine(name)[0].tolist(), [1, 1, 1])
        self.assertEqual(self.combine("SUM")[0].tolist(), [2, 2, 2])
        self.refused_table(USAGE, "combiner: no such name", "did you mean UPGrad?", combiner="UPGrda")
        self.refused_table(USAGE, "did you mean Mean?", combiner="Maen")
        self.refused_table(USAGE, "did you mean VRExWeights?", combiner="VREx")

    def test_lists_and_words_are_hyper_parameters(self):
        self.assertEqual(self.combine("Constant", "--hparams", '{"weights": [1, 2]}')[0].tolist(), [8, 3, 3])
        scaled = [self.combine("AlignedMTL", "--hparams", json.dumps({"scale_mode": word}))[0][1]
                  for word in ("min", "RMSE")]
        self.assertLess(*scaled)
        self.refused_table(USAGE, "Constant: weights needs one number for each domain", combiner="Constant",
                           arguments=("--hparams", '{"weights": [1, 2, 3]}'))
        self.refused_table(USAGE, "weights must be a list of numbers", combiner="Constant",
                           arguments=("--hparams", '{"weights": 1}'))
        self.refused_table(USAGE, "scale_mode must be min, median or rmse", "did you mean median?",
                           combiner="AlignedMTL", arguments=("--hparams", '{"scale_mode": "medien"}'))
        self.refused_table(USAGE, "hparams: no such name", arguments=("--hparams", '{"lr": 1}'))

    def test_the_list_of_algorithms_shows_what_stands_for_a_list_and_the_default_word(self):
        rows = [[cell.strip() for cell in row.split("|")]
                for row in self.run_program("list", "algorithms")[0].splitlines()]
        defaults = {(row[1], row[2]): row[3] for row in rows if len(row) == 8}
        self.assertEqual([defaults[name] for name in (("UPGrad", "pref_vector"), ("ConFIG", "pref_vector"),
                                                      ("GradDrop", "leak"), ("AlignedMTL", "scale_mode"))],
                         ["1/E", "1", "0", "min"])

    def test_json_has_the_weights_and_the_gram_matrix(self):
        said = json.loads(self.combine("PCGrad", "--json")[1])
        self.assertEqual((said["combiner"], said["domains"], said["columns"], said["hparams"]),
                         ("PCGrad", 2, 3, {}))
        self.assertEqual(said["gram"], [[18, -22], [-22, 38]])
        np.testing.assert_allclose(said["weights"], [2.2222, 1.5789], atol=1e-4)
        said = json.loads(self.combine("ANDMask", "--json")[1])
        self.assertEqual(said["mask"], {"closed": 1, "partial": 0, "open": 2})
        self.assertEqual(said["hparams"], {"rescale": 1, "tau": 1, "unit_matrices": 0})
        self.assertNotIn("weights", said)
        self.assertEqual(self.combine("PCGrad")[1], "")

    def test_results_that_a_method_does_not_have_are_refused(self):
        for flag, combiner, what in (("--mask-out", "UPGrad", "UPGrad has no mask"),
                                     ("--mask-out", "Mean", "Mean has no mask"),
                                     ("--weights-out", "GradDrop", "GradDrop has no weights of the domains"),
                                     ("--gram-out", "SANDMask", "SANDMask has no Gram matrix")):
            self.refused_table(USAGE, f"combine: {what}", f"leave out {flag}", combiner=combiner,
                               arguments=(flag, "more.npy"))
        self.refused_table(USAGE, "combine: two results need two files", "./out.npy twice", combiner="UPGrad",
                           arguments=("--weights-out", "./out.npy"))

    def test_losses_are_needed_where_they_are_seen_and_noted_where_not(self):
        losses = self.save("losses.npy", np.array([1.0, 3.0]))
        found, _ = self.combine("VRExWeights", "--losses", losses, "--hparams", '{"lambda": 0.5}')
        self.assertEqual(found.tolist(), [6, 1, 1])
        self.refused_table(USAGE, "combine: GroupDROWeights needs the domains' losses", "--losses FILE.npy",
                           combiner="GroupDROWeights")
        _, said = self.run_program("combine", "--combiner", "Mean", "--in", "in.npy", "--out", "out.npy",
                                   "--losses", losses)
        self.assertEqual(said, "sandgrad: note: Mean does not see losses; --losses is ignored\n")
        for wrong, says in ((np.ones(3), "found    [3] of F64"), (np.ones((2, 1)), "found    [2, 1] of F64"),
                            (np.array([1, np.nan]), "a loss is not finite")):
            self.save("losses.npy", wrong)
            self.refused_table(DATA, says, combiner="VRExWeights", arguments=("--losses", losses))

    def test_settings_under_which_nothing_trains_need_allow_closed(self):
        closed = ("--hparams", '{"tau": 1}')
        self.refused_table(USAGE, "SANDMask: tau must be below 1", combiner="SANDMask", arguments=closed)
        self.assertLess(np.abs(self.combine("SANDMask", *closed, "--allow-closed")[0]).max(), 1e-6)


class Refusals(CombineCase):
    def test_a_table_of_another_shape_is_refused(self):
        for shape, says in (((3,), "a table has two axes"), ((), "a table has two axes"),
                            ((2, 3, 4), "found    [2, 3, 4] of F64"), ((0, 3), "the table has no domain"),
                            ((2, 0), "the table has no column"), ((0, 0), "the table has no column"),
                            ((4097, 1), "a table has at most 4096 domains")):
            self.refused_table(DATA, f"combine: {says}" if "found" not in says else says, "in.npy",
                               table=np.zeros(shape))

    def test_too_few_domains_are_refused_by_the_method(self):
        self.refused_table(USAGE, "ANDMask: fewer than 2 training domains", combiner="ANDMask",
                           table=TABLE[:1])
        self.refused_table(USAGE, "Krum: fewer than 4 training domains", combiner="Krum")
        self.refused_table(USAGE, "TrimmedMean: fewer than 5 training domains", combiner="TrimmedMean",
                           arguments=("--hparams", '{"trim_number": 2}'))

    def test_a_gradient_that_is_not_finite_is_named(self):
        for bad in (np.nan, np.inf, -np.inf):
            table = np.ones((4, 600))
            table[2, 513] = bad
            for combiner in ("Mean", "UPGrad"):
                self.refused_table(DATA, "combine: the table has a gradient that is not finite", "domain 2",
                                   "column 513", f"found  {bad}", table=table, combiner=combiner)

    def test_a_result_that_overflows_is_refused(self):
        self.refused_table(NON_FINITE, "Sum: the direction is not finite, while all gradients are",
                           table=np.full((2, 3), 3e38), combiner="Sum")
        self.refused_table(NON_FINITE, "PCGrad: products of the gradients overflow", combiner="PCGrad",
                           table=np.full((2, 3), 1e200), program="sandgrad64")
        self.refused_table(DATA, "npy: a number does not fit a float", table=np.full((2, 3), 1e39))

    def test_files_that_numpy_cannot_mean_are_refused(self):
        for table, says in ((np.asfortranarray(np.ones((2, 3))), "the numbers must be in C order"),
                            (TABLE.astype(">f4"), "big-endian"), (TABLE > 0, "truth values"),
                            (TABLE.astype(object), "a pickle of objects"), (TABLE + 0j, "complex numbers"),
                            (TABLE.astype("f2"), "of another size"), (TABLE.astype(str), "text"),
                            (np.zeros(2, [("a", "<f4")]), "records with several fields")):
            self.refused_table(DATA, "in.npy", says, table=table)
        np.savez(self.path("in.npz"), a=TABLE)
        os.rename(self.path("in.npz"), self.path("in.npy"))
        self.refused_table(DATA, "a zip, such as numpy's .npz", table=None)
        np.savetxt(self.path("in.npy"), TABLE)
        self.refused_table(DATA, "another kind of file", "numpy.loadtxt", table=None)
        TABLE.dump(self.path("in.npy"))
        self.refused_table(DATA, "a pickle", table=None)
        os.remove(self.path("in.npy"))
        self.refused_table(MISSING, "in.npy", table=None)

    def test_no_result_is_left_if_one_cannot_be_written(self):
        os.mkdir(self.path("folder"))
        self.refused_table(IO, "missing", combiner="UPGrad", arguments=("--gram-out", "missing/gram.npy"))
        self.refused_table(IO, "folder", combiner="UPGrad", arguments=("--weights-out", "folder"))

    def test_an_older_result_is_kept_if_the_table_is_refused(self):
        self.combine("Mean")
        self.save("in.npy", np.full((2, 3), np.nan))
        self.refused(DATA, "combine", "--combiner", "Mean", "--in", "in.npy", "--out", "out.npy", says=[])
        self.assertEqual(self.load("out.npy").tolist(), [1, 1, 1])


if __name__ == "__main__":
    sys.exit(main())
