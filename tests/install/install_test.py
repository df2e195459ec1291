#!/usr/bin/env python3
"""Installs into an empty place, then builds and runs a user's project that uses only
find_package(sandgrad), or pkg-config where that is installed, or the sources with add_subdirectory; and the
programs of docs/own-*.md.

    install_test.py SOURCE BUILD COMPILER
"""
import gzip
import json
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
# What a program of a user must be compiled with: for the bits, and for the alignment of Eigen's types
FLAGS_FOR_USERS = r"-ffp-contract=off|-DEIGEN_MAX_(STATIC_)?ALIGN_BYTES=\d+"
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


def check_flags_of_users(folder):
    """No other option reaches the user's program."""
    with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
        command, = (entry["command"] for entry in json.load(file)
                    if re.search(r"CMakeFiles/user\.dir/", entry["command"]))
    flags = [word for word in command.split() if re.match(r"-[fmOWg]|-std|-D", word)]
    others = [flag for flag in flags if not re.fullmatch(FLAGS_FOR_USERS + r"|-O3|-DNDEBUG|-std=.*20", flag)]
    assert not others and "-ffp-contract=off" in flags, command


def pkg_config(prefix, library, *what):
    found = [folder for folder, _, files in os.walk(prefix) if "sandgrad.pc" in files]
    assert len(found) == 1, found
    return call("env", f"PKG_CONFIG_PATH={found[0]}", "pkg-config", *what, library).split()


def build_with_pkg_config(compiler, prefix, source, user):
    for program, library in PROGRAMS.items():
        flags = pkg_config(prefix, library, "--cflags", "--libs")
        assert "-ffp-contract=off" in flags, flags
        expected = FLAGS_FOR_USERS + r"|-I|-L|-l|-std=|-D|-pthread"
        others = [flag for flag in flags if not re.match(expected, flag)]
        assert not others, others
        call(compiler, "-O1", os.path.join(source, "tests/install/user.cpp"),
             "-o", os.path.join(user, program), *flags)
    # a program that trains and keeps runs, as docs/own-loop.md has one
    flags = pkg_config(prefix, "sandgrad_experiments", "--cflags", "--libs")
    call(compiler, "-O1", os.path.join(os.path.dirname(user), "examples/scan.cpp"),
         "-o", os.path.join(user, "scan"), *flags)


def build_as_subdirectory(compiler, source, folder):
    """The user's project with our sources in it, in its own way: without optimization, and it has options and
    targets of its own names. -> what its program prints"""
    call("cmake", "-G", "Ninja", "-S", os.path.join(source, "tests/install/subdirectory"), "-B", folder,
         f"-DSANDGRAD_SOURCE={source}", f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_UNITY_BUILD=ON",
         "-DCMAKE_UNITY_BUILD_BATCH_SIZE=12", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    with open(os.path.join(folder, "CMakeCache.txt"), encoding="utf-8") as file:
        cache = dict(re.findall(r"^(\w+):\w+=(.*)$", file.read(), re.M))
    assert cache["CMAKE_BUILD_TYPE"] == "", cache["CMAKE_BUILD_TYPE"]
    own = r"_?(SANDGRAD|sandgrad|user|CMAKE|ZLIB|FIND_PACKAGE|pkgcfg|PC|PKG)_.*|\w+_DIR"
    foreign = [name for name in cache if not re.fullmatch(own, name)]
    assert not foreign, f"options without the prefix SANDGRAD_: {foreign}"
    check_flags_of_users(folder)
    call("cmake", "--build", folder)
    assert "libsandgrad_f64.a" not in os.listdir(os.path.join(folder, "sandgrad"))  # nothing needs it
    return call(os.path.join(folder, "user"))


def check_version(prefix, version):
    with open(os.path.join(prefix, "include/sandgrad/tensor/version.h"), encoding="utf-8") as file:
        numbers = re.findall(r"#define SANDGRAD_VERSION_\w+ (\d+)", text := file.read())
    assert ".".join(numbers) == version and f'#define SANDGRAD_VERSION "{version}"' in text, text


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
             "-DCMAKE_BUILD_TYPE=Release", f"-DEXAMPLES={folder}/examples",
             "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
        check_flags_of_users(user)
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
            file = pathlib.Path(prefix, "share", printed)
            text = file.read_text() if file.exists() else gzip.decompress(
                file.with_name(file.name + ".gz").read_bytes()).decode()
            assert "sandgrad" in text and ("64.1" in printed or "trial" in text), printed
        for program in ["sandgrad", "sandgrad64"]:
            name, version = call(os.path.join(prefix, "bin", program), "--version").split()
            assert name == "sandgrad"
            check_version(prefix, version)
        start = cpu_seconds()
        assert build_as_subdirectory(compiler, source, os.path.join(folder, "outer")) == said["user"]
        print(f"the sources in a user's project compile in {cpu_seconds() - start:.0f} s of CPU")
        if seconds > SECONDS_ALLOWED:
            sys.exit(f"more than {SECONDS_ALLOWED} s: has a header become heavy?")


if __name__ == "__main__":
    main()
