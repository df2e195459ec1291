#!/usr/bin/env python3
"""Folders of photos as people have them, and machines that run out of something while photos are decoded.

    photos_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed, 77 every test was skipped
"""
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib

import program_test

RESOURCES = 69


class Case(program_test.Case):
    paint, paint_all = program_test.Photos.paint, program_test.Photos.paint_all
    write = program_test.Photos.write

    def show(self, folder, *more, **options):
        """-> (stdout, stderr) of `data show` on a folder"""
        return self.run_program("data", "show", "ImageFolder", "--data-dir", folder, "--image-size", "8",
                                *more, **options)

    def paint_slowly(self, *names, width=5120, height=3000):
        """A good photo that takes a while to decode."""
        def chunk(name, data):
            return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
        line = b"\4" + bytes(range(256)) * (width // 64)
        self.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                   + chunk(b"IDAT", zlib.compress(line * height)) + chunk(b"IEND", b""), *names)


class Streams(Case):
    """A program that starts without a standard stream must not open a file under its number: text would
    go into that file."""
    TRAIN = [*program_test.QUICK, "--output-dir", "run", "--threads", "1", "--steps"]

    def test_results_for_a_closed_stdout_are_an_io_error(self):
        done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", os.path.join(self.programs, "sandgrad"),
                               *self.TRAIN, "2"],
                              cwd=self.folder, stderr=subprocess.PIPE, encoding="utf-8", check=False,
                              timeout=100)
        self.assertEqual(done.returncode, program_test.IO, done.stderr)
        self.assertIn("stdout: writing failed", done.stderr)

    def test_every_closed_standard_stream_is_dev_null(self):
        run = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh",
                                os.path.join(self.programs, "sandgrad"), *self.TRAIN, "100000"],
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


class Links(Case):
    def test_links_are_followed_only_with_follow_links_and_the_record_says_so(self):
        self.paint_all("scratch", ["a", "b"])
        os.mkdir(self.path("mine"))
        for domain in ["a", "b"]:
            os.symlink(self.path("scratch", domain), self.path("mine", domain))
        train = ["train", "--dataset", "ImageFolder", "--data-dir", "mine", "--image-size", "8",
                 "--algorithm", "ERM", "--steps", "2", "--hparams", '{"mlp_width": 8, "batch_size": 4}',
                 "--output-dir", "run"]
        self.refused(program_test.DATA, *train[:-2],
                     says=["mine/a: a symbolic link; --follow-links follows it"])
        self.run_program(*train, "--follow-links")
        self.assertIn("bit-identical", self.run_program("verify", "run")[0])
        self.refused(program_test.BUSY, *train[:4], "scratch", *train[5:], says=["--follow-links"])
        self.run_program(*train[:4], "scratch", *train[5:-1], "plain")
        self.assertNotIn("follow_links", json.loads(self.read("plain", "record.json"))["args"])

    def test_two_folders_that_match_the_published_set_are_an_error(self):
        for name in ["Office-Home", "office_home"]:
            self.paint_all(name, ["Art", "Clipart", "Product", "Real World"])
        self.refused(program_test.DATA, "data", "show", "OfficeHome", "--data-dir", ".",
                     says=["OfficeHome: two folders match its name", "./Office-Home", "./office_home",
                           "--data-dir"])


class Failures(Case):
    """--skip-unreadable skips files that are unreadable themselves, and no good photo."""

    def signalled(self, *signals, pause=0):
        """Runs `data show` on slow photos and sends signals to the decoder -> (exit code, stderr)"""
        show = subprocess.Popen([os.path.join(self.programs, "sandgrad"), "data", "show", "ImageFolder",
                                 "--data-dir", "mine", "--image-size", "8", "--skip-unreadable"],
                                cwd=self.folder, encoding="utf-8", stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        decoder = None
        while decoder is None:
            self.assertIsNone(show.poll(), "it has ended")
            for entry in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                        fields = file.read().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                if int(fields[1]) == show.pid and int(fields[11]) >= 5:  # 0.05 s of user time
                    decoder = int(entry)
        for signal_number in signals:
            os.kill(decoder, signal_number)
            time.sleep(pause)
        return show.communicate(timeout=100)[1], show.returncode

    def test_a_decoder_that_the_system_kills_ends_the_program(self):
        for number in range(2):
            self.paint_slowly("mine", "a", "cat", f"{number}.png")
        stderr, code = self.signalled(signal.SIGKILL)
        self.assertEqual(code, RESOURCES, stderr)
        self.assertIn("image: the decoder process did not finish\n    file  mine/a/cat/", stderr)
        self.assertIn("found it was killed (SIGKILL)\n    hint: the system kills when memory runs out",
                      stderr)

    def test_a_note_names_the_photo_waited_for_and_a_decoder_may_be_stopped_for_a_while(self):
        self.paint_slowly("mine", "a", "cat", "0.png")
        stderr, code = self.signalled(signal.SIGSTOP, signal.SIGCONT, pause=6)
        self.assertEqual(code, 0, stderr)
        self.assertRegex(stderr, r"waiting for mine/a/cat/0.png: process \d+ is stopped\n")

    def test_an_io_error_ends_the_program_and_a_file_without_permission_does_not(self):
        if shutil.which("strace") is None:
            self.skipTest("there is no strace")
        self.paint_all("mine", ["a", "b"])
        for call, problem, code, says in [("openat", "EMFILE", RESOURCES, "Too many open files"),
                                          ("openat", "ENFILE", RESOURCES, "Too many open files in system"),
                                          ("openat", "ENOMEM", RESOURCES, "Cannot allocate memory"),
                                          ("openat", "EIO", program_test.IO, "Input/output error"),
                                          ("read", "EIO", program_test.IO, "Input/output error"),
                                          ("openat", "ESTALE", program_test.IO, "Stale file handle"),
                                          ("openat", "EACCES", 0,
                                           "skipped mine/a/reds/0.png: Permission denied")]:
            done = subprocess.run(
                ["strace", "-f", "-o", "trace", "-E", "ASAN_OPTIONS=detect_leaks=0", "-e", f"trace={call}",
                 "-P", "mine/a/reds/0.png", "-e", f"inject={call}:error={problem}",
                 os.path.join(self.programs, "sandgrad"), "data", "show", "ImageFolder", "--data-dir", "mine",
                 "--image-size", "8", "--skip-unreadable"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
                check=False, timeout=100)
            self.assertEqual(done.returncode, code, f"{call} {problem}: {done.stderr}")
            self.assertIn(says, done.stderr)
            self.assertIn("mine/a/reds/0.png", done.stderr)


class AddressSpace(Case):
    def test_a_limited_address_space_is_enough_for_small_photos_and_named_for_large_ones(self):
        limits = (400_000 << 10, resource.RLIM_INFINITY)
        limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, limits)}
        self.paint_all("mine", ["a", "b"])
        self.assertIn("40 images", self.show("mine", **limited)[0])
        self.paint_slowly("mine", "a", "reds", "large.png", width=7680, height=5000)
        self.refused(RESOURCES, "data", "show", "ImageFolder", "--data-dir", "mine", "--skip-unreadable",
                     says=["image: there is not enough memory to decode it", "mine/a/reds/large.png",
                           "hint: address space is limited"], **limited)


if __name__ == "__main__":
    sys.exit(program_test.main())
