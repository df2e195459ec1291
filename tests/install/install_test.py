#!/usr/bin/env python3
"""Installs into an empty place, then builds and runs a user's project that uses only
find_package(sandgrad), or pkg-config where that is installed; and the programs of docs/own-*.md.

    install_test.py SOURCE BUILD COMPILER
"""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

# the program, and the library that it is linked with
PROGRAMS = {"user": "sandgrad", "user64": "sandgrad_f64"}
# of CPU, for compiling the user's program; machines are busy and slow at times
SECONDS_MEANT, SECONDS_ALLOWED = 4, 8


def call(*command, cwd=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                          check=False, cwd=cwd)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\nexit code {done.returncode}")
    return done.stdout


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_programs(user):
    said = {program: call(os.path.join(user, program)) for program in PROGRAMS}
    print(said)
    assert said["user"].startswith("4 bytes") and said["user64"].startswith("8 bytes"), said
    return said


def build_with_pkg_config(compiler, prefix, source, user):
    found = [folder for folder, _, files in os.walk(prefix) if "sandgrad.pc" in files]
    assert len(found) == 1, found
    for program, library in PROGRAMS.items():
        flags = call("env", f"PKG_CONFIG_PATH={found[0]}",
                     "pkg-config", "--cflags", "--libs", library).split()
        assert "-ffp-contract=off" in flags, flags
        call(compiler, "-O1", os.path.join(source, "tests/install/user.cpp"),
             "-o", os.path.join(user, program), *flags)


def write_examples(source, folder):
    """The first C++ block of each page: its first line is // and the name of its file. -> their names"""
    os.mkdir(folder)
    names = []
    for page in sorted(pathlib.Path(source, "docs").glob("own-*.md")):
        code = re.search(r"^```cpp\n// (\w+)\.cpp\n.*?^```$", page.read_text(), re.M | re.S)
        if code:
            pathlib.Path(folder, code[1] + ".cpp").write_text(code[0].strip("`")[4:])
            names.append(code[1])
    assert len(names) >= 6, names
    return names


def main():
    source, build, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="sandgrad-") as folder:
        prefix, user = os.path.join(folder, "prefix"), os.path.join(folder, "user")
        examples = write_examples(source, os.path.join(folder, "examples"))
        call("cmake", "--install", build, "--prefix", prefix)
        call("cmake", "-G", "Ninja", "-S", os.path.join(source, "tests/install"), "-B", user,
             f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={compiler}",
             "-DCMAKE_BUILD_TYPE=Release", f"-DEXAMPLES={folder}/examples")
        start = cpu_seconds()
        call("cmake", "--build", user, "--target", "user")
        seconds = cpu_seconds() - start
        call("cmake", "--build", user)
        print(f"a user's program compiles and links in {seconds:.1f} s of CPU, meant are {SECONDS_MEANT} s")
        said = run_programs(user)
        for example in examples:
            has_commands = example not in ("residual", "scan", "softplus")
            print(call(os.path.join(user, example), *["--version"][:has_commands], cwd=user))
        if shutil.which("pkg-config"):
            build_with_pkg_config(compiler, prefix, source, user)
            assert run_programs(user) == said
        license_there = os.path.join(prefix, "share/doc/sandgrad/LICENSE")
        with open(os.path.join(source, "LICENSE"), "rb") as license, open(license_there, "rb") as installed:
            assert license.read() == installed.read()
        for printed in ["man/man1/sandgrad.1", "man/man1/sandgrad64.1", "zsh/site-functions/_sandgrad",
                        "bash-completion/completions/sandgrad64", "fish/vendor_completions.d/sandgrad.fish"]:
            text = pathlib.Path(prefix, "share", printed).read_text()
            assert "sandgrad" in text and ("64.1" in printed or "trial" in text), printed
        for program in ["sandgrad", "sandgrad64"]:
            assert call(os.path.join(prefix, "bin", program), "--version").startswith("sandgrad ")
        if seconds > SECONDS_ALLOWED:
            sys.exit(f"more than {SECONDS_ALLOWED} s: has a header become heavy?")


if __name__ == "__main__":
    main()
