#!/usr/bin/env python3
"""Writes an input of `sandgrad step`: random weights, batches and, on request, a state of Adam. \
Python's standard library only.

    update_file.py SLOTS OUT [--domains 3] [--rows 6,4,5] [--seed 0] [--double] [--adam]

SLOTS is a file with what `sandgrad step --model M --slots` prints. All numbers are multiples of 2^-12, \
so that no library's
logarithm or rounding decides them.
"""
import argparse
import json
import math
import random
import struct


def write_tensors(path, tensors, double):
    """tensors: name -> (shape, numbers); whole numbers become I64, the others F32 or F64."""
    header, blocks, offset = {}, [], 0
    for name, (shape, numbers) in tensors.items():
        whole = all(isinstance(number, int) for number in numbers)
        block = struct.pack(f"<{len(numbers)}{'q' if whole else 'd' if double else 'f'}", *numbers)
        header[name] = {"dtype": "I64" if whole else "F64" if double else "F32", "shape": shape,
                        "data_offsets": [offset, offset + len(block)]}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def random_update(slots, rows, seed, adam):
    """slots: [{"name", "shape"}] of a network; rows: of every domain -> tensors for write_tensors"""
    draw = random.Random(seed)

    def numbers(count, size):
        return [draw.randint(-4096, 4096) / 4096 * size for _ in range(count)]

    tensors = {}
    for slot in slots:
        count = math.prod(slot["shape"])
        # about 1 / sqrt(inputs), a power of 2
        size = 2.0 ** -round(math.log2(max(1, count // slot["shape"][0])) / 2)
        tensors[slot["name"]] = slot["shape"], numbers(count, size)
        if adam:
            tensors["adam_m." + slot["name"]] = slot["shape"], numbers(count, 2.0 ** -6)
            squares = [abs(number) for number in numbers(count, 2.0 ** -10)]
            tensors["adam_v." + slot["name"]] = slot["shape"], squares
    if adam:
        tensors["adam_t"] = [1], [draw.randint(1, 50)]
    inputs, classes = math.prod(slots[0]["shape"][1:2]), slots[-1]["shape"][0]
    shared = numbers(inputs, 1)  # what all domains have in common, so that some weights find agreement
    for domain, count in enumerate(rows):
        own = [number / 2 + more for number, more in zip(numbers(inputs, 1), shared)]
        labels = [draw.randrange(classes) for _ in range(count)]
        x = [number + (label + 1) * centre / 2 for label in labels
             for number, centre in zip(numbers(inputs, 1), own)]
        tensors[f"x{domain}"] = [count, inputs], x
        tensors[f"y{domain}"] = [count], labels
    return tensors


def main():
    parser = argparse.ArgumentParser(prog="update_file", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("slots")
    parser.add_argument("out")
    parser.add_argument("--domains", type=int, default=3)
    parser.add_argument("--rows", default="6", help="of every domain, or one number for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--double", action="store_true")
    parser.add_argument("--adam", action="store_true", help="a state of Adam, too")
    options = parser.parse_args()
    with open(options.slots, encoding="utf-8") as file:
        slots = json.load(file)
    rows = [int(count) for count in options.rows.split(",")]
    rows = rows * options.domains if len(rows) == 1 else rows
    write_tensors(options.out, random_update(slots, rows, options.seed, options.adam), options.double)


if __name__ == "__main__":
    main()
