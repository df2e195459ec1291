#!/usr/bin/env python3
"""Compares `train`'s estimate of its peak memory with the measured peak; and runs that do not fit.

    memory_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed
"""
import os
import re
import resource
import subprocess
import sys

import program_test

RESOURCES = 69
# ru_maxrss remembers the process from which a program was started, too; this one is smaller than any run.
START = """if True:
    import os, sys
    child = os.fork()
    if child == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    _, status, usage = os.wait4(child, 0)
    print("peak", usage.ru_maxrss * 1024, file=sys.stderr)
    sys.exit(os.waitstatus_to_exitcode(status))"""


def limited_to(megabytes):
    """Sets `ulimit -v` in the child before it runs the program."""
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, resource.RLIM_INFINITY))


class Case(program_test.Case):
    paint, paint_all = program_test.Photos.paint, program_test.Photos.paint_all
    write = program_test.Photos.write


class Estimates(Case):
    def close(self, *arguments):
        """The estimate is within 15 % of the peak that was measured."""
        train = [os.path.join(self.programs, "sandgrad"), "train", "--steps", "2",
                 "--evaluate-examples", "20", *arguments]
        done = subprocess.run([sys.executable, "-E", "-S", "-c", START, *train], cwd=self.folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
                              timeout=250, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = re.search(r"^memory: about (\d+) MB \(.*\)$", done.stderr, re.M)
        held = int(re.search(r"^peak (\d+)$", done.stderr, re.M)[1]) / 1e6
        print(f"{int(said[1]) / held - 1:+.1%} of {held:.1f} MB held by {' '.join(arguments)}; {said[0]}",
              flush=True)
        self.assertLess(abs(int(said[1]) / held - 1), 0.15, arguments)

    def test_multi_layer_perceptrons_small_wide_and_deep_for_many_domains_and_for_one(self):
        self.close("--threads", "1", "--hparams", '{"mlp_width": 16}')
        self.close("--threads", "3")
        self.close("--threads", "1", "--hparams", '{"mlp_width": 800, "batch_size": 8}',
                   "--output-dir", "run")
        self.close("--threads", "3", "--hparams", '{"mlp_width": 128, "mlp_depth": 20}')
        self.close("--threads", "3", "--hparams", '{"mlp_width": 1024, "batch_size": 8}',
                   "--algorithm", "ERM", "--test-envs", *map(str, range(16)))

    def test_digits(self):
        digits = ["--digits", "generated", "--dataset"]
        self.close(*digits, "ColoredMNIST", "--threads", "1")
        self.close(*digits, "RotatedMNIST", "--threads", "3")
        # the peak is while the digits are rotated
        self.close(*digits, "RotatedMNIST", "--threads", "1", "--model", "MLP")
        self.close(*digits, "ColoredMNIST", "--threads", "1", "--model", "MLP",
                   "--hparams", '{"batch_size": 20000}')

    def test_objectives_that_hold_all_activations_or_make_several_passes(self):
        self.close("--algorithm", "IRM", "--threads", "1", "--hparams", '{"mlp_width": 512}')
        digits = ["--digits", "generated", "--dataset", "ColoredMNIST", "--threads", "1", "--algorithm"]
        self.close(*digits, "CORAL")
        self.close(*digits, "Fish", "--output-dir", "run")
        self.close(*digits, "IGA")

    def test_photos(self):
        self.paint_all("photos", ["a", "b", "c", "d"])
        self.close("--dataset", "ImageFolder", "--data-dir", "photos", "--threads", "1",
                   "--output-dir", "run")
        self.close("--dataset", "ImageFolder", "--data-dir", "photos", "--threads", "3", "--image-size", "96")


class Limits(Case):
    def test_a_network_that_no_machine_can_hold_is_refused_at_once(self):
        self.refused(RESOURCES, "train", "--hparams", '{"mlp_width": 65536, "mlp_depth": 30}',
                     "--output-dir", "run",
                     says=["memory: the run does not fit", "expected  about ", "available ",
                           "fewer --threads"], timeout=20)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_run_under_any_memory_limit_ends_well_or_is_refused(self):
        codes = []
        for megabytes in [60, 70, 80, 90, 100, 120, 1000]:
            done = subprocess.run([os.path.join(self.programs, "sandgrad"), "train", "--steps", "1",
                                   "--threads", "2", "--hparams", '{"mlp_width": 512, "batch_size": 8}',
                                   "--evaluate-examples", "4"],
                                  cwd=self.folder, encoding="utf-8", stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, preexec_fn=limited_to(megabytes), check=False)
            codes.append(done.returncode)
            self.assertIn("by ulimit -v" if codes[-1] else "memory: about", done.stderr)
        self.assertEqual(set(codes), {0, RESOURCES})
        self.assertEqual(codes, sorted(codes, reverse=True))

    def test_photos_that_do_not_fit_are_refused_before_they_are_read(self):
        for number in range(3000):  # the process that decodes has an arena of 1 GiB
            self.write(b"", "photos", "ab"[number % 2], "reds", f"{number}.png")
        self.refused(RESOURCES, "train", "--dataset", "ImageFolder", "--data-dir", "photos",
                     "--image-size", "512", "--threads", "1",
                     says=["the images do not fit into memory", "3000, 2250 MiB", "--image-size"],
                     preexec_fn=limited_to(2000))


if __name__ == "__main__":
    sys.exit(program_test.main())
