#!/usr/bin/env python3
"""Installs into an empty place, then builds and runs a user's project that knows nothing but find_package(sandgrad).

    install_test.py SOURCE BUILD COMPILER
"""
import os
import resource
import subprocess
import sys
import tempfile

SECONDS_MEANT, SECONDS_ALLOWED = 4, 8  # of CPU, for compiling the user's program; machines are busy and slow at times


def call(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\nexit code {done.returncode}")
    return done.stdout


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    source, build, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="sandgrad-") as folder:
        prefix, user = os.path.join(folder, "prefix"), os.path.join(folder, "user")
        call("cmake", "--install", build, "--prefix", prefix)
        call("cmake", "-G", "Ninja", "-S", os.path.join(source, "tests/install"), "-B", user, f"-DCMAKE_PREFIX_PATH={prefix}",
             f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Release")
        start = cpu_seconds()
        call("cmake", "--build", user, "--target", "user")
        seconds = cpu_seconds() - start
        call("cmake", "--build", user)
        print(f"a user's program compiles and links in {seconds:.1f} s of CPU, meant are {SECONDS_MEANT} s")
        for program, bytes_a_number in [("user", 4), ("user64", 8)]:
            said = call(os.path.join(user, program))
            print(f"{program}: {said}", end="")
            assert said.startswith(f"{bytes_a_number} bytes"), said
        for program in ["sandgrad", "sandgrad64"]:
            assert call(os.path.join(prefix, "bin", program), "--version").startswith("sandgrad ")
        if seconds > SECONDS_ALLOWED:
            sys.exit(f"more than {SECONDS_ALLOWED} s: has a header become heavy?")


if __name__ == "__main__":
    main()
