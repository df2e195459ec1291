#!/usr/bin/env python3
"""Run directories, mutated in every part, through verify, inspect and train: \
each answer is a documented exit code, within time and memory.

    mutated_runs.py FOLDER_OF_THE_PROGRAMS [--count N] [--seed N] [--keep FOLDER]      \
exit: 0 passed, 1 failed

A mutant is a run with one to three changes: bits, bytes, lines and JSON values of its files; \
files cut, missing, endless or of another
kind; checkpoints under a right hash. --keep: where the mutants that failed are kept.
"""
import argparse
import collections
import hashlib
import json
import os
import random
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time

from verify_test import RUN, write_digits

DOCUMENTED = {0, 64, 65, 66, 69, 73, 74, 75, 76, 77}  # README
SECONDS, BYTES = 10, 1 << 30
ESCAPE = "\x1b]0;owned\x07\x9b31m\nforged: line"
VALUES = [1e300, -1e300, 2 ** 31 - 1, 2 ** 31, -2 ** 63, 2 ** 64, 0, -1, 1, 7, 0.5, 65536, 1 << 20, None,
          True, "", "x", ESCAPE, [], {}, [[]], [5], {"a": 1}, "../user", "/dev/zero", "x" * 100000]
TEXTS = ["record.json", "results.jsonl", "metrics.jsonl", "done", "out.txt"]
USERS = {"user/thesis.txt": b"mine", "user/step-000004.safetensors": b"mine",
         "user/record.json.part1": b"mine", "run/notes.txt": b"mine",
         "run/checkpoints/mine.safetensors": b"mine", "run/checkpoints/copy.part7": b"mine"}


def content_of(path):
    with open(path, "rb") as file:
        return bytearray(file.read())


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def change_bytes(dice, content):
    place = dice.randrange(len(content) + 1)
    kind = dice.randrange(5)
    if kind == 0:
        for _ in range(dice.choice([1, 1, 4])):
            if content:
                content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        return content
    return [content[:place], content[:place] + dice.randbytes(dice.choice([1, 8, 300])) + content[place:],
            content[:place] + content[place + 9:],
            content[:place] + b"[" * 100000 + content[place:]][kind - 1]


def change_lines(dice, content):
    lines = content.splitlines(True)
    if not lines:
        return content
    number = dice.randrange(len(lines))
    return b"".join(dice.choice([lines[:number] + lines[number + 1:], lines[:number + 1] + lines[number:],
                                 lines[:number], lines[::-1],
                                 lines + [b'{"step":9}\n'], lines[:-1] + [lines[-1][:-1]], lines * 50]))


def change_value(dice, value):
    """Changes a value or a key somewhere in a JSON value, or removes one."""
    if isinstance(value, (dict, list)) and value and dice.random() < 0.85:
        key = dice.choice(list(value)) if isinstance(value, dict) else dice.randrange(len(value))
        kind = dice.randrange(8)
        if kind == 0:
            del value[key]
        elif kind == 1 and isinstance(value, dict):
            value[dice.choice(["color", "", ESCAPE, "a" * 5000])] = value[key]
        else:
            value[key] = change_value(dice, value[key])
        return value
    return dice.choice(VALUES)


def change_json(dice, content):
    lines = content.decode().splitlines() if content.count(b"\n{") else [content.decode()]
    number = dice.randrange(len(lines))
    lines[number] = json.dumps(change_value(dice, json.loads(lines[number])),
                               ensure_ascii=dice.random() < 0.5)
    return ("\n".join(lines) + "\n").encode()


def change_checkpoint(dice, content):
    """Changes metadata or tensors and writes the right hash."""
    size = struct.unpack("<Q", content[:8])[0]
    header, data = json.loads(content[8:8 + size]), content[8 + size:]
    metadata = header["__metadata__"]
    if dice.random() < 0.5:
        metadata[dice.choice(list(metadata))] = dice.choice(["", "0", "1", "-1", "nan", "inf", "1e300",
                                                             "2147483647", "9" * 30, "5a" * 32, ESCAPE])
    else:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    metadata["sha256"] = "0" * 64
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    content = struct.pack("<Q", len(text)) + text + data
    return content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1)


def change_kind(dice, path):
    """Replaces a file by another kind of file, an endless one, or none."""
    kind = dice.randrange(7)
    if kind == 0:
        return os.truncate(path, dice.choice([0, 1, 3 << 30]))
    os.remove(path)
    if kind == 1:
        os.mkfifo(path)
    elif kind == 2:
        os.mkdir(path)
    elif kind == 3:
        os.symlink(os.path.abspath("user/thesis.txt"), path)
    elif kind == 4:
        os.symlink(os.path.basename(path), path)
    elif kind == 5:
        os.symlink("/dev/zero", path)
    return None


def mutate(dice):
    """Changes the run in this folder. -> description of the changes"""
    done = []
    if dice.random() < 0.6:
        os.remove("run/done")
        done.append("done removed")
    for _ in range(dice.choice([1, 1, 2, 3])):
        checkpoints = [name for name in sorted(os.listdir("run/checkpoints")) if name.startswith("step-")]
        name = dice.choice(TEXTS + ["weights.safetensors"]
                           + ["checkpoints/" + dice.choice(checkpoints or [""])] * 3)
        path = "run/" + name
        if (not os.path.lexists(path) or not stat.S_ISREG(os.lstat(path).st_mode)
                or os.path.getsize(path) > 1 << 24):
            continue
        changes = [change_bytes, change_lines, change_kind] + ([change_json] * 3 if name in TEXTS[:4] else [])
        change = dice.choice(changes + ([change_checkpoint] * 3 if "step-" in name else []))
        done.append(f"{change.__name__} {name}")
        try:
            if change == change_kind:
                change_kind(dice, path)
            else:
                write(path, change(dice, content_of(path)))
        except (ValueError, KeyError, AttributeError, TypeError, struct.error):
            done[-1] += " (was no JSON any more)"
    if dice.random() < 0.05:
        done.append("checkpoints is a link to the user's folder")
        shutil.rmtree("run/checkpoints")
        os.symlink(os.path.abspath("user"), "run/checkpoints")
    return done


def run(program, words):
    """-> exit code (negative: a signal), seconds, bytes of memory, output"""
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([program, *words], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                 start_new_session=True)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - start > SECONDS:
                os.killpg(child.pid, signal.SIGKILL)
                _, status, usage = os.wait4(child.pid, 0)
                break
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return child.returncode, time.monotonic() - start, usage.ru_maxrss * 1024, said.read()


def faults_of(program, words):
    code, seconds, held, said = run(program, words)
    faults = []
    if code not in DOCUMENTED:
        faults.append(f"exit code {code}")
    if seconds > SECONDS:
        faults.append(f"{seconds:.0f} s")
    if held > BYTES:
        faults.append(f"{held >> 20} MiB")
    if re.search(b"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\nforged", said):
        faults.append("raw text of others")
    return code, [f"{words[0]}: {fault}\n{said[-600:].decode(errors='replace')}" for fault in faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    program = os.path.abspath(os.path.join(arguments.programs, "sandgrad"))
    keep = arguments.keep and os.path.abspath(arguments.keep)
    failed, codes = 0, collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory(prefix="sandgrad-") as place:
        whole, mutant = os.path.join(place, "whole"), os.path.join(place, "mutant")
        os.makedirs(os.path.join(whole, "data"))
        os.chdir(whole)
        write_digits("data", 120, 1)
        subprocess.run([program, *RUN, "--output-dir", "run"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        os.mkdir("user")
        for name, content in USERS.items():
            write(name, content)
        for number in range(arguments.count):
            os.chdir(place)
            shutil.rmtree(mutant, ignore_errors=True)
            shutil.copytree(whole, mutant)
            os.chdir(mutant)
            done, faults = mutate(random.Random(f"{arguments.seed} {number}")), []
            linked = os.path.islink("run/checkpoints")
            if keep:
                shutil.rmtree(os.path.join(place, "before"), ignore_errors=True)
                left_out = lambda folder, names: [
                    name for name in names
                    if not os.path.islink(os.path.join(folder, name))
                    and stat.S_ISFIFO(os.stat(os.path.join(folder, name)).st_mode)
                    or os.lstat(os.path.join(folder, name)).st_size > 1 << 24]
                shutil.copytree(mutant, os.path.join(place, "before"), symlinks=True, ignore=left_out)
            for words in (["verify", "run", "--threads", "1"],
                          ["inspect", "run", "--step", "6", "--weight", "linear0.bias[0]", "--threads", "1"],
                          [*RUN, "--output-dir", "run"], [*RUN, "--output-dir", "run", "--fresh"]):
                code, found = faults_of(program, words)
                codes[words[0]][code] += 1
                faults += found
            lost = [name for name, content in USERS.items() if not (linked and "checkpoints" in name)
                    and not (os.path.isfile(name) and content_of(name) == content)]
            faults += [f"lost: {name}" for name in lost]
            if faults:
                failed += 1
                print(f"mutant {number} ({', '.join(done)})", *faults, sep="\n    ", flush=True)
                if keep:
                    shutil.copytree(os.path.join(place, "before"), os.path.join(keep, str(number)),
                                    symlinks=True, dirs_exist_ok=True)
        os.chdir("/")
    for command, counts in codes.items():
        print(f"{command:8}", ", ".join(f"exit {code}: {count}" for code, count in sorted(counts.items())))
    print(f"{arguments.count} mutants, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
