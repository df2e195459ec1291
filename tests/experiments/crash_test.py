#!/usr/bin/env python3
"""Runs that are killed, interrupted, or find no room on the disk: the same command, given again, \
ends with the same bits.

    crash_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...] [--every N] [--random N]      \
exit: 0 passed, 1 failed, 77 there is no strace

--every 1 kills at each system call that changes a file, and lets each call fail, not every 11th; \
--random kills so often at random times.
"""
import argparse
import errno
import hashlib
import importlib.util
import itertools
import json
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest

import program_test

SKIPPED, DATA, BUSY, IO = 77, 65, 73, 74
# A run of three checkpoints, the best of which is not the last.
RUN = ["train", "--protocol", "domainbed", "--hparams", '{"batch_size": 16, "mlp_width": 8, "tau": 0.4}',
       "--steps", "9", "--record-every", "4", "--evaluate-examples", "40", "--threads", "1"]
LONG = ["train", "--hparams", '{"batch_size": 16, "mlp_width": 8}', "--steps", "2000", "--threads", "1"]
ENDLESS = ["1000000" if word == "9" else word for word in RUN]
CALLS = ["open", "openat", "creat", "mkdir", "mkdirat", "write", "pwrite64", "writev", "fsync", "fdatasync",
         "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "truncate", "ftruncate", "flock"]
LOOKS = ["stat", "lstat", "fstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "read",
         "pread64", "lseek", "getdents64", "close"]
# the leak check does not work under strace
STRACE = ["strace", "-f", "-o", "trace", "-E", "ASAN_OPTIONS=detect_leaks=0"]
# Calls that may fail: the holder's name in the lock is only information; a lock ends with its process, even
# if its file is left over; fdatasync waits for written lines; and libraries check stdout and the parent of a
# new folder.
NEEDLESS = (r'(ftruncate|pwrite64|newfstatat|fstat|unlinkat)\(.*run\.lock|close\((?!.*\.part)'
            r'|flock\(.*LOCK_UN|stat\w*\((1<|AT_FDCWD[^"]*"run",)')
arguments = None


class Case(program_test.Case):
    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def command(self, folder, *more, run=RUN):
        return [os.path.join(arguments.programs, "sandgrad"), *run, "--output-dir", folder, *more]

    def run_program(self, folder, *more, code=0, run=RUN, **options):
        """Checks the exit code. -> stderr"""
        done = subprocess.run(self.command(folder, *more, run=run), cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", check=False, timeout=200, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def calls_of_a_run(self, kinds):
        """-> [(system call, which one of its kind, the line of strace)] of the run in the folder called
        run"""
        subprocess.run([*STRACE, "-y", "-e", "trace=" + ",".join("?" + call for call in kinds),
                        *self.command("run")],
                       cwd=self.folder, stdout=subprocess.DEVNULL, check=True, timeout=200)
        counts, calls = {}, []
        for line in self.read("trace").decode(errors="replace").splitlines():
            if (call := re.match(r"(?:\d+ +)?(\w+)\(", line)) and call[1] in kinds:
                counts[call[1]] = counts.get(call[1], 0) + 1
                calls.append((call[1], counts[call[1]], line))
        return calls

    def injected(self, call, when, what):
        """The same, with a signal or an error injected at a system call."""
        return subprocess.run([*STRACE, "-e", "trace=" + call, "-e", f"inject={call}:{what}:when={when}",
                               *self.command("run")],
                              cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False, timeout=200)

    def wait_for(self, process, *names):
        while not os.path.exists(self.path(*names)):
            self.assertIsNone(process.poll(), "it has ended")
            time.sleep(0.002)

    @staticmethod
    def header_and_data(content):
        """Splits a safetensors file."""
        end = 8 + struct.unpack("<Q", content[:8])[0]
        return json.loads(content[8:end]), content[end:]

    def metadata_of_a_whole(self, checkpoint):
        """Checks the hash of the content. -> metadata"""
        metadata = self.header_and_data(checkpoint)[0]["__metadata__"]
        blank = checkpoint.replace(metadata["sha256"].encode(), b"0" * 64)
        self.assertEqual(hashlib.sha256(blank).hexdigest(), metadata["sha256"])
        return metadata

    def state(self, folder):
        """All files of a run that must not depend on when it was killed."""
        results = [json.loads(line) for line in self.read(folder, "results.jsonl").decode().splitlines()]
        for line in results:
            del line["step_time"], line["mem_gb"], line["args"]["output_dir"]
        files = {name: self.read(folder, name)
                 for name in ["metrics.jsonl", "weights.safetensors", "done", "record.json"]}
        return (results, files, sorted(os.listdir(self.path(folder))),
                sorted(os.listdir(self.path(folder, "checkpoints"))))

    def assert_ends_like(self, undisturbed, folder):
        self.run_program(folder)
        self.assertEqual(self.state(folder), undisturbed)


class BesideAWholeRun(Case):
    def setUp(self):
        super().setUp()
        self.run_program("whole")
        self.undisturbed = self.state("whole")
        self.assertEqual(self.undisturbed[2], ["checkpoints", "done", "metrics.jsonl", "out.txt",
                                               "record.json", "results.jsonl", "weights.safetensors"])

    def begin(self, checkpoints):
        """Makes a folder "run" with a run that was stopped after this number of its three checkpoints."""
        shutil.rmtree(self.path("run"), ignore_errors=True)
        if checkpoints > 0:
            shutil.copytree(self.path("whole"), self.path("run"))
            for name in ["done", "weights.safetensors",
                         *(os.path.join("checkpoints", name) for name in self.undisturbed[3][checkpoints:])]:
                os.remove(self.path("run", name))


class Killed(BesideAWholeRun):
    def test_at_a_system_call_that_changes_a_file(self):
        kills = 0
        for checkpoints in [0, 2]:
            self.begin(checkpoints)
            calls = self.calls_of_a_run(CALLS)
            self.assertGreater(len(calls), 60)
            for call, when, line in calls[::arguments.every]:
                with self.subTest(checkpoints=checkpoints, line=line):
                    self.begin(checkpoints)
                    killed = self.injected(call, when, "signal=KILL")
                    self.assertIn(killed.returncode, [-signal.SIGKILL, 128 + signal.SIGKILL],
                                  "the kill must strike")
                    self.assert_ends_like(self.undisturbed, "run")
                    kills += 1
        print(f"{kills} kills", file=sys.stderr)

    def test_at_random_times(self):
        slow = [*RUN, "--checkpoint-every", "1"]
        seconds = time.monotonic()
        self.run_program("slow", run=slow)
        seconds = time.monotonic() - seconds
        undisturbed = self.state("slow")
        choice = random.Random(1)
        kills, runs, code = 0, 0, None
        while kills < arguments.random or code != 0:
            with subprocess.Popen(self.command("run", run=slow), cwd=self.folder, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                if kills < arguments.random:
                    time.sleep(choice.uniform(0, seconds))
                    process.kill()
            code = process.returncode
            self.assertIn(code, [0, -signal.SIGKILL])
            kills += code != 0
            if code == 0:
                with self.subTest(kills=kills):
                    self.assertEqual(self.state("run"), undisturbed)
                shutil.rmtree(self.path("run"))
                runs += 1
        print(f"{kills} kills in {runs} runs", file=sys.stderr)


class Read(Case):
    """Checkpoints read by other programs."""

    def blocks(self, content):
        """-> {name: array} of a safetensors file"""
        import numpy
        header, data = self.header_and_data(content)
        return {name: numpy.frombuffer(data[slice(*entry["data_offsets"])],
                                       {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]).reshape(entry["shape"])
                for name, entry in header.items() if name != "__metadata__"}

    def test_by_numpy_the_chain_of_records_can_be_followed(self):
        self.run_program("run", "--checkpoint-every", "4")
        slots = [slot["name"] for slot in json.loads(self.read("run", "record.json"))["parameters"]]
        chain = {json.loads(line)["step"]: json.loads(line)["chain"]
                 for line in self.read("run", "metrics.jsonl").splitlines()}
        self.assertEqual(list(chain), [0, 4, 8])
        before = "0" * 64
        for step, after in chain.items():
            content = self.read("run", "checkpoints", f"step-{step:06}.safetensors")
            metadata, numbers = self.metadata_of_a_whole(content), self.blocks(content)
            self.assertEqual((metadata["step"], metadata["chain"], numbers["adam_t"].tolist()),
                             (str(step), after, [step + 1]))
            link = bytes.fromhex(before) + struct.pack("<q", step)
            for prefix in ["", "adam_m.", "adam_v."]:
                link += b"".join(numbers[prefix + name].tobytes() for name in slots)
            self.assertEqual(hashlib.sha256(link).hexdigest(), after)
            before = after
        weights = self.blocks(self.read("run", "weights.safetensors"))
        self.assertEqual({name: array.tobytes() for name, array in weights.items()},
                         {name: array.tobytes()
                          for name, array in numbers.items() if not name.startswith("adam_")})

    def test_weights_written_by_pytorch_are_accepted_as_first_weights(self):
        self.run_program("first")
        weights = self.blocks(self.read("first", "weights.safetensors"))
        header, data = {"__metadata__": {"format": "pt"}}, b""
        for name, array in sorted(weights.items(), reverse=True):  # in any order, the header unpadded
            header[name] = {"dtype": "F32", "shape": list(array.shape),
                            "data_offsets": [len(data), len(data) + array.nbytes]}
            data += array.tobytes()
        text = json.dumps(header).encode()
        with open(self.path("pytorch.safetensors"), "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)
        for folder, start in [("ours", "first/weights.safetensors"), ("theirs", "pytorch.safetensors")]:
            self.run_program(folder, "--init-from", start)
        self.assertEqual(self.read("ours", "metrics.jsonl"), self.read("theirs", "metrics.jsonl"))
        self.assertNotEqual(self.read("ours", "metrics.jsonl"), self.read("first", "metrics.jsonl"))


class Resumed(Case):
    def test_from_every_checkpoint_with_any_number_of_threads(self):
        self.run_program("whole")
        undisturbed = self.state("whole")
        names = undisturbed[3]
        self.assertEqual(names,
                         ["step-000000.safetensors", "step-000004.safetensors", "step-000008.safetensors"])
        for last in range(4):
            shutil.rmtree(self.path("run"), ignore_errors=True)
            shutil.copytree(self.path("whole"), self.path("run"))
            os.remove(self.path("run", "done"))
            for name in names[last:]:
                with open(self.path("run", "checkpoints", name), "r+b") as file:
                    file.seek(1000)
                    byte = file.read(1)
                    file.seek(1000)
                    file.write(bytes([byte[0] ^ 1]))
            stderr = self.run_program("run", "--threads", "3", run=RUN[:-2])
            for name in names[last:]:
                self.assertIn(f"skipped run/checkpoints/{name}", stderr)
            self.assertEqual(self.state("run"), undisturbed)

    def test_after_lines_were_lost(self):
        self.run_program("whole")
        undisturbed = self.state("whole")
        shutil.copytree(self.path("whole"), self.path("run"))
        os.remove(self.path("run", "done"))
        os.truncate(self.path("run", "metrics.jsonl"), len(undisturbed[1]["metrics.jsonl"]) - 5)
        self.assertIn("lines of a log are missing or out of order\n"
                      "    path     run/metrics.jsonl\n    expected 3 lines", self.run_program("run"))
        self.assertEqual(self.state("run"), undisturbed)

    def test_after_lines_were_lost_during_the_run(self):
        long = [*LONG, "--record-every", "100"]
        self.run_program("whole", run=long)
        undisturbed = self.state("whole")
        with subprocess.Popen(self.command("run", run=long), cwd=self.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, encoding="utf-8") as process:
            self.wait_for(process, "run", "checkpoints", "step-000200.safetensors")
            process.send_signal(signal.SIGSTOP)
            lines = self.read("run", "results.jsonl").splitlines(True)
            with open(self.path("run", "results.jsonl"), "wb") as file:
                file.writelines(lines[:1] + lines[2:])
            process.send_signal(signal.SIGCONT)
            _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, DATA, stderr)
        self.assertIn("a log changed during the run\n    path     run/results.jsonl", stderr)
        self.assertIn("lines of a log are missing or out of order", self.run_program("run", run=long))
        self.assertEqual(self.state("run"), undisturbed)

    def test_past_an_intact_checkpoint_of_an_impossible_state(self):
        self.run_program("whole")
        undisturbed = self.state("whole")
        shutil.copytree(self.path("whole"), self.path("run"))
        os.remove(self.path("run", "done"))
        last = self.path("run", "checkpoints", undisturbed[3][-1])
        content = self.read(last)
        metadata = self.metadata_of_a_whole(content)
        content = content.replace(b'"losses":"0"', b'"losses":"1"')
        content = content.replace(metadata["sha256"].encode(), b"0" * 64)
        with open(last, "wb") as file:
            file.write(content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode()))
        stderr = self.run_program("run")
        self.assertIn(f"skipped run/checkpoints/{undisturbed[3][-1]}\n"
                      "    training: the saved state does not fit the settings", stderr)
        self.assertEqual(self.state("run"), undisturbed)

    def test_runs_of_equal_settings_leave_equal_checkpoints(self):
        self.run_program("one")
        self.run_program("other", run=[*RUN[:-1], "3"])
        names = os.listdir(self.path("one", "checkpoints"))
        self.assertEqual(len(names), 3)
        for name in names:
            self.assertEqual(self.read("one", "checkpoints", name), self.read("other", "checkpoints", name))

    def test_after_each_signal_with_its_exit_code(self):
        long = [*LONG, "--record-every", "700"]
        self.run_program("whole", run=long)
        undisturbed = self.state("whole")
        for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
                             (signal.SIGUSR1, 75), (signal.SIGUSR2, 75), (signal.SIGXCPU, 75)]:
            folder = f"run{number}"
            with subprocess.Popen(self.command(folder, run=long), cwd=self.folder, stdout=subprocess.PIPE,
                                  encoding="utf-8") as process:
                self.wait_for(process, folder, "checkpoints", "step-000000.safetensors")
                for _ in range(1 if number == signal.SIGINT else 2):  # timeout(1) and shells send them twice
                    process.send_signal(number)
                stdout, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, code)
            steps = int(re.search(r"^stopped on request after (\d+) of 2000 steps; "
                                  r"the same command goes on from there$", stdout, re.M)[1])
            self.assertIn(f"step-{steps - 1:06}.safetensors", os.listdir(self.path(folder, "checkpoints")))
            self.assertNotIn("done", os.listdir(self.path(folder)))
            self.run_program(folder, run=long)
            self.assertEqual(self.state(folder), undisturbed)

    def test_after_a_signal_that_the_parent_ignores_only_at_the_next_one(self):
        # as under nohup, in the background of a script
        ignored = [signal.SIGHUP, signal.SIGINT, signal.SIGUSR1]
        with subprocess.Popen(self.command("run", run=ENDLESS), cwd=self.folder, stdout=subprocess.DEVNULL,
                              preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN)
                                                  for number in ignored]) as process:
            self.wait_for(process, "run", "checkpoints", "step-000000.safetensors")
            for number in ignored:
                process.send_signal(number)
            time.sleep(0.3)
            self.assertIsNone(process.poll())
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=20), 143)

    def test_after_the_reader_of_stdout_closed_it(self):
        long = [*LONG, "--record-every", "100"]
        self.run_program("whole", run=long)
        undisturbed = self.state("whole")
        for more in [[], ["--json"]]:
            shutil.rmtree(self.path("run"), ignore_errors=True)
            with subprocess.Popen(self.command("run", *more, run=long), cwd=self.folder,
                                  stdout=subprocess.PIPE) as process:
                process.stdout.readline()  # head -n 1
                process.stdout.close()
                self.assertEqual(process.wait(timeout=60), 141)
            self.assertIn(b"\nstopped on request after ", self.read("run", "out.txt"))
            self.assertNotEqual(os.listdir(self.path("run", "checkpoints")), [])
            self.run_program("run", run=long)
            self.assertEqual(self.state("run"), undisturbed)

    def test_a_second_interrupt_ends_at_once(self):
        endless = ["train", "--hparams", '{"batch_size": 1024, "mlp_width": 512, "mlp_depth": 8}',
                   "--steps", "1000", "--threads", "1", "--evaluate-examples", "1"]
        with subprocess.Popen(self.command("run", run=endless), cwd=self.folder,
                              stdout=subprocess.DEVNULL) as process:
            self.wait_for(process, "run", "metrics.jsonl")  # steps take seconds
            time.sleep(0.3)
            while process.poll() is None:  # a process that waits for a slow disk may see two as one
                process.send_signal(signal.SIGINT)
                time.sleep(0.1)
            self.assertEqual(process.returncode, -signal.SIGINT)


class Shared(Case):
    def test_a_directory_belongs_to_one_process_until_it_dies(self):
        with subprocess.Popen(self.command("run", run=ENDLESS), cwd=self.folder,
                              stdout=subprocess.DEVNULL) as process:
            self.wait_for(process, "run", "metrics.jsonl")
            for more in [[], ["--fresh"]]:
                self.assertIn(f"holder process {process.pid} on ",
                              self.run_program("run", *more, code=BUSY, run=ENDLESS))
            os.remove(self.path("run", "run.lock"))
            self.assertIn("holder unknown", self.run_program("run", code=BUSY, run=ENDLESS))
            process.kill()
        self.run_program("run", "--fresh")

    def test_a_new_directory_at_the_path_of_a_removed_or_moved_one_is_not_changed(self):
        self.run_program("whole")
        undisturbed = self.state("whole")
        for away, code, says in [
                (lambda: shutil.rmtree(self.path("run")), IO,
                 "directory: it was removed while it was in use"),
                (lambda: os.rename(self.path("run"), self.path("moved")), 143,
                 "it was moved during the run")]:
            with subprocess.Popen(self.command("run", run=ENDLESS), cwd=self.folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  encoding="utf-8") as process:
                self.wait_for(process, "run", "metrics.jsonl")
                process.send_signal(signal.SIGSTOP)
                away()
                self.run_program("run")
                process.send_signal(signal.SIGCONT)
                time.sleep(0.3)
                process.send_signal(signal.SIGTERM)
                _, stderr = process.communicate(timeout=60)
            self.assertEqual(process.returncode, code, stderr)
            self.assertIn(says, stderr)
            self.assertEqual(self.state("run"), undisturbed)
            shutil.rmtree(self.path("run"))
        self.assertEqual(set(os.listdir(self.path("moved"))),
                         {"checkpoints", "metrics.jsonl", "out.txt", "record.json", "results.jsonl"})


class FullDisk(Case):
    def test_the_last_checkpoint_survives_a_full_disk_and_no_other_bytes_are_left(self):
        self.run_program("whole")
        undisturbed = self.state("whole")
        largest = max(os.path.getsize(self.path("whole", *names)) for names in
                      [["results.jsonl"], ["metrics.jsonl"], ["record.json"], ["weights.safetensors"],
                       ["checkpoints", undisturbed[3][0]]])
        failed = set()
        for size in range(1024, largest, 1024):
            def limit(size=size):
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            stderr = self.run_program("run", code=IO, preexec_fn=limit)
            failed.add(re.search(r"(?:file|path)\s+\S*/(\S+)", stderr)[1])
            left = os.listdir(self.path("run")) + os.listdir(self.path("run", "checkpoints"))
            self.assertEqual([name for name in left if ".part" in name or "lock" in name], [])
        self.assertIn("record.json", failed)
        self.assertIn("metrics.jsonl", failed)
        self.assertGreaterEqual(len(failed), 3)
        self.assert_ends_like(undisturbed, "run")  # where the last attempt had come to

    def test_a_checkpoint_that_does_not_fit_leaves_the_one_before(self):
        small = [*RUN, "--checkpoint-every", "1"]
        self.run_program("whole", run=small)
        undisturbed = self.state("whole")
        with subprocess.Popen(["sh", "-c", 'ulimit -f 6; exec "$@"', "sh", *self.command("run", run=small)],
                              cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, IO)
        self.run_program("run", run=small)
        self.assertEqual(self.state("run"), undisturbed)


class FailingDisk(BesideAWholeRun):
    """A failing disk: exit 74, saved files stay, and no partial file is left."""

    def assert_nothing_is_lost(self, checkpoints, may_be_left):
        left = [name for _, _, names in os.walk(self.path("run")) for name in names]
        self.assertEqual([name for name in left
                          if (".part" in name or "lock" in name) and name not in may_be_left], [])
        kept = sorted(name for name in left if name.startswith("step-"))
        self.assertGreaterEqual(len(kept), checkpoints)
        self.assertEqual(kept, self.undisturbed[3][:len(kept)])
        for number, name in enumerate(kept):
            metadata = self.metadata_of_a_whole(self.read("run", "checkpoints", name))
            for kind in ["results", "metrics"]:  # its lines are there
                steps = [json.loads(line)["step"]
                         for line in self.read("run", kind + ".jsonl").splitlines(True)[:number + 1]
                         if line[-1:] == b"\n"]
                self.assertEqual((len(steps), str(steps[-1])), (number + 1, metadata["step"]))

    def test_a_system_call_that_fails(self):
        count = 0
        for checkpoints in [0, 2]:
            self.begin(checkpoints)
            calls = [(call, when, line) for call, when, line in self.calls_of_a_run(CALLS + LOOKS)
                     # all others are of libraries: /lib, /proc, /etc/ssl
                     if '"run' in line or "/run" in line or "(1<" in line]
            failures = list(itertools.product(["EIO", "ENOSPC", "EROFS"], calls))
            for error, (call, when, line) in failures[::arguments.every]:
                with self.subTest(checkpoints=checkpoints, error=error, line=line):
                    self.begin(checkpoints)
                    failed = self.injected(call, when, "error=" + error)
                    self.assertIn("(INJECTED)", self.read("trace").decode(errors="replace"),
                                  "the failure must strike")
                    self.assertIn(failed.returncode, [IO, 0] if re.search(NEEDLESS, line) else [IO],
                                  failed.stderr)
                    if failed.returncode == IO:
                        self.assertIn("stdout" if "(1<" in line else os.strerror(getattr(errno, error)),
                                      failed.stderr)
                    self.assert_nothing_is_lost(checkpoints, ["run.lock"] if "run.lock" in line else [])
                    self.assert_ends_like(self.undisturbed, "run")
                    count += 1
        print(f"{count} failures", file=sys.stderr)

    def mounted(self, script, *command):
        """A script with mounts of its own, for a command in "$@" -> (exit code, stderr)"""
        mounts = ["unshare", "-rm", "sh", "-c"]
        if subprocess.run([*mounts, "mount -t tmpfs none ."], cwd=self.folder, stderr=subprocess.DEVNULL,
                          check=False).returncode != 0:
            self.skipTest("nothing may be mounted here")
        done = subprocess.run([*mounts, script, "sh", *command], cwd=self.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, encoding="utf-8", check=False, timeout=200)
        return done.returncode, done.stderr

    def test_a_disk_that_is_read_only(self):
        self.begin(2)
        before = [sorted(os.listdir(self.path("run", folder))) for folder in ["", "checkpoints"]]
        code, stderr = self.mounted('mount --bind run run && mount -o remount,bind,ro run && exec "$@"',
                                    *self.command("run"))
        self.assertEqual(code, IO, stderr)
        self.assertIn("Read-only file system", stderr)
        self.assertEqual([sorted(os.listdir(self.path("run", folder))) for folder in ["", "checkpoints"]],
                         before)
        self.assert_nothing_is_lost(2, [])
        self.assert_ends_like(self.undisturbed, "run")
        done = self.mounted('mount --bind run run && mount -o remount,bind,ro run && exec "$@"',
                            *self.command("run"))
        self.assertEqual(done, (0, ""))  # it is finished, and only says so

    def test_a_disk_that_cannot_sync_directories(self):
        self.begin(0)
        syncs = [when for call, when, line in self.calls_of_a_run(CALLS)
                 if call == "fsync" and re.search(r"/(run|checkpoints)>", line)]
        self.assertGreater(len(syncs), 4)
        for error in ["EINVAL", "EOPNOTSUPP", "ENOSYS"]:
            for when in syncs[::3]:
                self.begin(0)
                self.assertEqual(self.injected("fsync", when, "error=" + error).returncode, 0)
                self.assertEqual(self.state("run"), self.undisturbed)

    def test_a_disk_that_has_no_locks(self):
        for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS"]:
            self.begin(0)
            failed = self.injected("flock", "1+", "error=" + error)
            self.assertEqual(failed.returncode, IO, failed.stderr)
            self.assertIn("run directory: cannot lock it\n    path   run\n    reason "
                          + os.strerror(getattr(errno, error)), failed.stderr)
            self.assertIn("or --no-lock", failed.stderr)
            self.run_program("run", "--no-lock")
            self.assertEqual(self.state("run"), self.undisturbed)

    def test_a_disk_that_fills_up_under_a_run(self):
        long = ["train", "--hparams", '{"batch_size": 16, "mlp_width": 8}', "--steps", "3000",
                "--record-every", "100", "--evaluate-examples", "40", "--threads", "1"]
        self.run_program("long", run=long)
        os.mkdir(self.path("disk"))
        code, stderr = self.mounted("""
            mount -t tmpfs -o size=8m none disk || exit 1
            "$@" & until [ -e disk/run/checkpoints/step-000100.safetensors ]; do sleep 0.01; done
            cat /dev/zero 2>/dev/null >disk/filler
            wait $!; code=$?
            rm disk/filler && "$@" && cp -r disk/run . && exit $code""", *self.command("disk/run", run=long))
        self.assertEqual(code, IO, stderr)
        self.assertIn("No space left on device", stderr)
        self.assertEqual(self.state("run"), self.state("long"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("classes", nargs="*")
    parser.add_argument("--every", type=int, default=11)
    parser.add_argument("--random", type=int, default=3)
    arguments = parser.parse_args()
    arguments.programs = os.path.abspath(arguments.programs)
    every_class = [Read, Resumed, Shared, FullDisk, FailingDisk, Killed]
    classes = [globals()[name] for name in arguments.classes] or every_class
    traces = Killed in classes or FailingDisk in classes
    if traces and shutil.which("strace") is None:
        print("skipped: no strace here; apt install strace")
        sys.exit(SKIPPED)
    if traces and subprocess.run(["strace", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL,
                                 check=False).returncode != 0:
        print("skipped: strace may not trace here (ptrace is forbidden)")
        sys.exit(SKIPPED)
    if Read in classes and importlib.util.find_spec("numpy") is None:
        print("skipped: numpy is missing here; apt install python3-numpy")
        sys.exit(SKIPPED)
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in classes)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}")
    sys.exit(0 if result.wasSuccessful() else 1)
