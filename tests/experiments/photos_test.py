#!/usr/bin/env python3
"""Folders of photos as people have them, and machines that run out of something while photos are decoded.

    photos_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 every test was skipped
"""
import os
import subprocess
import sys
import time

import program_test

RESOURCES = 69


class Case(program_test.Case):
    paint, paint_all, write = program_test.Photos.paint, program_test.Photos.paint_all, program_test.Photos.write

    def show(self, folder, *more, **options):
        """-> (stdout, stderr) of a look at a folder"""
        return self.run_program("data", "show", "ImageFolder", "--data-dir", folder, "--image-size", "8", *more, **options)


class Streams(Case):
    """What a program opens must not get the number of a standard stream that it was started without: text would go there."""
    TRAIN = [*program_test.QUICK, "--output-dir", "run", "--threads", "1", "--steps"]

    def test_results_for_a_stdout_that_is_closed_are_an_io_error_whatever_is_opened_after_it(self):
        done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", os.path.join(self.programs, "sandgrad"), *self.TRAIN, "2"], cwd=self.folder,
                              stderr=subprocess.PIPE, encoding="utf-8", check=False, timeout=100)
        self.assertEqual(done.returncode, program_test.IO, done.stderr)
        self.assertIn("stdout: writing failed", done.stderr)

    def test_every_standard_stream_that_is_closed_is_dev_null(self):
        run = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", os.path.join(self.programs, "sandgrad"), *self.TRAIN, "100000"],
                               cwd=self.folder)
        try:
            while not os.path.exists(self.path("run", "record.json")):
                self.assertIsNone(run.poll(), "it has ended")
                time.sleep(0.01)
            for stream in range(3):
                self.assertEqual(os.readlink(f"/proc/{run.pid}/fd/{stream}"), "/dev/null")
        finally:
            run.kill()
            run.wait()


if __name__ == "__main__":
    sys.exit(program_test.main())
