#!/usr/bin/env python3
"""Writes spirals.txt and random_state.txt beside itself, with numpy: python3 tests/golden/spirals.py
Every number is written in hexadecimal, so that no bit is lost. numpy froze RandomState (NEP 19): any
version will do."""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
TEST = -1


def draw_domain(e, seed, domains, examples, dimensions, turns, test_examples):
    """One domain of the synthetic memorization task (arXiv 2009.00329), in the order of its draws. Doubles,
    not rounded to float."""
    rng = np.random.RandomState(2**32 - 1 if e == TEST else seed + e)
    n = test_examples if e == TEST else examples
    signatures = rng.randn(domains, dimensions)
    radii = rng.uniform(0.08, 1, n)
    angles = 2 * turns * np.pi * radii
    labels = rng.randint(0, 2, n)
    angles = angles + np.pi * labels
    radii = radii + rng.uniform(-0.02, 0.02, n)
    points = np.stack((np.cos(angles) * radii, np.sin(angles) * radii), axis=1)
    signature = rng.randn(n, dimensions) if e == TEST else signatures[e] * (2 * labels - 1).reshape(-1, 1)
    return np.hstack((points / points.std(axis=0), signature)), labels


def fnv1a(numbers):
    """Fingerprint of tensor/fingerprint.h."""
    digest = 0xCBF29CE484222325
    for byte in numbers.tobytes():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return digest


def write_spirals():
    """A line "data ..." for each data set, with its options; "domain e n labels' fingerprint"; then "i label
    input" for some examples i."""
    with open(HERE / "spirals.txt", "w") as out:
        for seed, domains, examples, dimensions, turns, test_examples in [
            # an odd number of signature numbers: the kept normal is carried over to the test domain
            (0, 3, 8, 3, 3, 9),
            (4000000000, 2, 6, 2, 1.5, 4),
            (0, 16, 1024, 16, 3, 2000),  # the released data
        ]:
            print("data", seed, domains, examples, dimensions, turns, test_examples, file=out)
            shown = range(TEST, domains) if domains < 16 else (TEST, 0, 15)
            for e in shown:
                inputs, labels = draw_domain(e, seed, domains, examples, dimensions, turns, test_examples)
                n = len(labels)
                print("domain", e + 1, n, f"{fnv1a(labels.astype('<i4')):016x}", file=out)
                for i in range(n) if n < 100 else (0, 1, n // 2, n - 1):
                    print("example", i, labels[i], *(float(v).hex() for v in inputs[i]), file=out)


def write_random_state():
    """For several seeds, one stream: every line continues the stream of the line before. "what arguments =
    values"."""
    with open(HERE / "random_state.txt", "w") as out:
        for seed in (0, 1, 894182419, 2**32 - 1):
            rng = np.random.RandomState(seed)
            print("seed", seed, file=out)
            floats = lambda values: " ".join(float(v).hex() for v in values)
            whole = lambda values: " ".join(map(str, values))
            print("random_sample 4 =", floats(rng.random_sample(4)), file=out)
            print("randn 3 =", floats(rng.randn(3)), file=out)  # one more is kept ...
            print("uniform -0.02 0.02 3 =", floats(rng.uniform(-0.02, 0.02, 3)), file=out)
            print("randint 0 2 12 =", whole(rng.randint(0, 2, 12)), file=out)
            print("randint -5 1000 5 =", whole(rng.randint(-5, 1000, 5)), file=out)
            print("randint 7 8 2 =", whole(rng.randint(7, 8, 2)), file=out)  # draws nothing
            print("randint 0", 2**32, "3 =", whole(rng.randint(0, 2**32, 3)), file=out)
            print("randint", -(2**40), 2**41, "3 =", whole(rng.randint(-(2**40), 2**41, 3)), file=out)
            print("randn 2 =", floats(rng.randn(2)), file=out)  # ... until here
            print("permutation 1 =", whole(rng.permutation(1)), file=out)
            print("permutation 13 =", whole(rng.permutation(13)), file=out)
            rng.random_sample(1000)  # past the first 624 words
            print("skip 1000 =", file=out)
            print("random_sample 2 =", floats(rng.random_sample(2)), file=out)


write_spirals()
write_random_state()
