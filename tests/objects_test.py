#!/usr/bin/env python3
"""Is anything that decides bits left to libm, to Eigen's products or to contraction? Looks at how every
object of the floors and of the programs was compiled, at what it calls, at the instructions of kernels, and
at the sources for what would be inlined.

    objects_test.py SOURCE BUILD
    exit: 0 no, 1 yes, with what and where on stderr, 77 there are no nm and objdump

First it checks sources that break these rules on purpose: a fault that it misses there, it would miss
everywhere.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOMS = "tensor|autograd|nn|optim|domains|experiments"  # all but main.cpp, which only reads flags
# In kernels every product is fused with its sum, so a separate multiplication rounds once too often.
# ladder.cpp is a lesson that multiplies and adds as the formula reads; no run uses it.
KERNELS = re.compile(r"/tensor/kernels/(?!ladder\.)\w+\.cpp$")
MULTIPLICATION = re.compile(r"\t(v?mul[ps][sd]|fmul)\s")  # of x86-64, of aarch64
# IEEE 754 prescribes every bit of sqrt, fma, floor, ceil, trunc, round, lround, rint, fmin, fmax, fabs,
# copysign and fmod, so they are the same everywhere and not on this list. Of the others each libm has its own
# last digits.
LIBM = re.compile(r"^(__)?(a?(sin|cos|tan)h?|atan2|sincos|exp(2|10|m1)?|log(2|10|1p|b)?|pow|cbrt|hypot"
                  r"|[lt]gamma|erfc?|j[01n]|y[01n]|lgamma_r)(f|l|f32|f64)?(_finite)?$|^_ZGV")
EIGEN = re.compile(r"Eigen::internal::(gebp|gemm_|gemv_|gemm_pack|general_matrix|generic_product_impl"
                   r"|triangular_|selfadjoint_|outer_product|parallelize_gemm"
                   r"|p?(exp|log|tanh|sin|cos|pow)_(float|double))")
FLAGS = re.compile(r"^(-ffast-math|-Ofast|-funsafe-math-optimizations|-fassociative-math"
                   r"|-freciprocal-math|-ffinite-math-only)$")
# Eigen's reductions and transcendental functions are inlined and leave no name.
INLINED = re.compile(r"\.(sum|mean|prod|dot|norm|squaredNorm|redux|exp|log|log1p|expm1|tanh|sqrt|rsqrt|pow"
                     r"|sin|cos|inverse)\(\)|noalias\(|lazyProduct")
RANDOM = re.compile(r"std::(\w+_distribution|shuffle|random_device|accumulate|reduce|transform_reduce"
                    r"|inner_product)\b")
PLANTED = {  # a source that breaks the rules: a flag for it, and what has to be said of it
    "double f(double a, double b, double c) { return a * b + c; }":
        ("-ffp-contract=fast", "not -ffp-contract=off"),
    "float f(float a, float b, float c) { return a * b + c; }": ("-O2", "an unfused product"),
    "double f(double a, double b, double c) { return a + b + c; }":
        ("-ffast-math", "compiled with -ffast-math"),
    "#include <cmath>\ndouble f(double x) { return std::exp(x); }": ("-O1", "calls exp of libm"),
    "#include <Eigen/Core>\nEigen::MatrixXf f(const Eigen::MatrixXf& a) { return a * a; }":
        ("-O1", "a product that decides bits"),
    "#include <Eigen/Core>\nfloat f(const Eigen::ArrayXf& a) { return a.sum(); }":
        ("-O1", ".sum() leaves its bits to a library"),
}


def objects(build):
    """-> (sources, object, words of its command) of everything that was compiled; a unity build makes one
    object of several sources"""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            words, sources = entry["command"].split(), [entry["file"]]
            if "/Unity/" in entry["file"]:
                with open(entry["file"], encoding="utf-8") as unity:
                    sources = re.findall(r'^#include "(.*)"$', unity.read(), re.M)
            yield sources, os.path.join(entry["directory"], words[words.index("-o") + 1]), words


def listing(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.splitlines()


def unfused(name):
    """-> function: instruction, of all functions of an object that multiply floating-point numbers without
    adding"""
    found, function = {}, ""
    for line in listing("objdump", "-dC", "--no-show-raw-insn", name):
        if line.endswith(">:"):
            function = line[line.index("<") + 1:-2]
        elif MULTIPLICATION.search(line):
            found.setdefault(function, line.split("\t")[1].split()[0])
    return found


def complaints(source, build):
    """-> how many sources are in the objects, and all that is wrong with them and with the sources"""
    wrong, looked_at = [], 0
    inside = re.compile(rf"^{re.escape(source)}/({ROOMS})/")
    for files, name, words in objects(build):
        if (not all(map(inside.match, files)) or not os.path.exists(name)
                or files[0].endswith("experiments/main.cpp")):
            continue
        looked_at += len(files)
        where = ", ".join(os.path.relpath(file, source) for file in files)
        where += " (double)" if "f64" in name or "experiments64" in name else ""
        contraction = [word for word in words if word.startswith("-ffp-contract=")]
        if contraction[-1:] != ["-ffp-contract=off"]:
            wrong.append(f"{where}: compiled with {contraction or 'the contraction of its compiler'}, "
                         "not -ffp-contract=off")
        wrong += [f"{where}: compiled with {word}" for word in words if FLAGS.match(word)]
        if any(map(KERNELS.search, files)):
            wrong += [f"{where}: an unfused product ({it}) in {function[:150]}; "
                      "write fma of tensor/kernels/fma.h"
                      for function, it in unfused(name).items()]
        for line in listing("nm", "-C", name):
            kind, symbol = line[17:18], line[19:]
            if kind == "U" and LIBM.match(symbol):
                wrong.append(f"{where}: calls {symbol} of libm; "
                             "tensor/elementary.h has one whose bits are ours")
            if EIGEN.search(symbol):
                wrong.append(f"{where}: holds {symbol[:100]}; "
                             "a product that decides bits is kernels::multiply")
    for room in ROOMS.split("|"):
        for folder, _, names in os.walk(os.path.join(source, room)):
            for name in (name for name in names if name.endswith((".h", ".cpp"))):
                path = os.path.join(folder, name)
                short = os.path.relpath(path, source)
                with open(path, encoding="utf-8") as text:
                    for number, line in enumerate(text, 1):
                        code = line.split("//")[0]
                        searched = INLINED.search(code), RANDOM.search(code)
                        for found in (found for found in searched if found):
                            wrong.append(f"{short}:{number}: {found[0]} leaves its bits to a library")
    return looked_at, sorted(set(wrong))


def overlooked(build):
    """-> a line for everything that is wrong with the planted sources, compiled as Adam is, and was not
    found"""
    words = next(words for files, _, words in objects(build)
                 if any(file.endswith("/optim/optimizers/adam.cpp") for file in files))
    with tempfile.TemporaryDirectory() as folder:
        planted = os.path.join(folder, "tensor", "kernels", "planted.cpp")
        os.makedirs(os.path.dirname(planted))
        for text, (flag, complaint) in PLANTED.items():
            with open(planted, "w", encoding="utf-8") as out:
                out.write(text)
            command = words + [flag]
            command[command.index("-o") + 1], command[command.index("-c") + 1] = planted + ".o", planted
            subprocess.run(command, cwd=folder, check=True)
            with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as out:
                json.dump([{"file": planted, "directory": folder, "command": " ".join(command)}], out)
            found = complaints(folder, folder)[1]
            if not any(complaint in line for line in found):
                yield f"planted, and not found: {text!r} with {flag}; found {found}"


def main(source, build):
    if not (shutil.which("nm") and shutil.which("objdump")):
        print("skipped: there are no nm and objdump here; apt install binutils")
        return 77
    looked_at, wrong = complaints(source, build)
    wrong += overlooked(build)
    if looked_at < 100:
        wrong.append(f"only {looked_at} sources found in the objects of {build}; are both programs built?")
    print("\n".join(wrong), file=sys.stderr)
    print(f"{looked_at} sources, {len(wrong)} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(os.path.abspath, sys.argv[1:3])))
