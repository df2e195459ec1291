#!/usr/bin/env python3
"""Reads a run directory of Sandgrad with the standard library and numpy alone: copy this file anywhere.

    import read_run
    run = read_run.read_run("runs/first")
    run["curves"]["loss"], run["weights"]["linear0.weight"]

    python3 read_run.py RUN      prints what is there

The dict is that of sandgrad.read_run, the compiled module. Every file is checked: a run is untrusted. Weights
are views of the files (numpy.memmap): nothing is read before it is used.
"""
import hashlib
import json
import math
import os
import re
import stat
import sys

import numpy as np

MOST_JSON, MOST_LINE, MOST_HEADER, MOST_DONE = 1 << 28, 1 << 20, 100_000_000, 1 << 16  # bytes
MOST_COLUMNS, MOST_CELLS, MOST_DEPTH = 1 << 16, 1 << 27, 16
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
          "I8": "|i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1"}


class RunError(ValueError):
    """A file of a run with wrong content."""


def refuse(rule, file, **facts):
    lines = [f"    {name}  {printable(value)}" for name, value in {"file": file, **facts}.items()]
    return RunError("\n".join([rule, *lines]))


def printable(value):
    """Text of a file may contain anything: control characters, also line breaks, are escaped as \\x1b."""
    def escaped(match):
        return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", "surrogatepass"))
    return re.sub("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]", escaped, str(value))


def regular(path):
    """Neither a pipe, which would wait, nor a device."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise refuse("not a regular file", path)
    return path


def bytes_of(path, most):
    with open(regular(path), "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise refuse("too long", path, **{"at most": f"{most} bytes"})
    return content


def depth_of(value):
    """-> levels of lists and dicts. Recursion is limited by the parser's own."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 0 if not isinstance(value, (dict, list)) else 1 + max(map(depth_of, parts), default=0)


def parse(text, file, **place):
    """-> the JSON object in a text. NaN and infinity are no JSON."""
    def finite(digits):
        if not math.isfinite(float(digits)):
            raise ValueError(digits)
        return float(digits)
    try:
        value = json.loads(text.decode("utf-8"), parse_float=finite, parse_constant=finite)
        if not isinstance(value, dict) or depth_of(value) > MOST_DEPTH:
            raise ValueError("no object, or nested too deeply")
        return value
    except (ValueError, RecursionError):
        raise refuse("expected one JSON object", file, **place) from None


def lines_of(path):
    """-> the objects of a .jsonl file. A last line without its end is left out: a run may be writing it."""
    if not os.path.exists(path):
        return []
    lines = []
    with open(regular(path), "rb") as file:
        while True:
            line = file.readline(MOST_LINE + 2)
            if not line.endswith(b"\n") and len(line) <= MOST_LINE:
                return lines
            if len(line) > MOST_LINE + 1:
                raise refuse("a line is too long", path, line=len(lines) + 1)
            value = parse(line, path, line=len(lines) + 1)
            if not isinstance(value.get("step"), int) or isinstance(value["step"], bool):
                raise refuse("a line has no whole number as its step", path, line=len(lines) + 1)
            lines.append(value)


def numbers_of(line):
    """-> pairs of a name and a number: "loss", "in_accuracy/NAME OF THE DOMAIN", "mask/total/open"."""
    def flat(name, value):
        if isinstance(value, dict):
            for key in sorted(value):
                yield from flat(f"{name}/{printable(key)}", value[key])
        elif isinstance(value, list):
            for i, part in enumerate(value):
                yield from flat(f"{name}/{i}", part)
        elif isinstance(value, (int, float)):
            yield name, float(value)

    yield "step", float(line["step"])
    for key in sorted(line):
        if key == "domains" and isinstance(line[key], list):
            for domain in line[key]:
                if not isinstance(domain, dict):
                    continue
                name = domain.get("name")
                name = printable(name) if isinstance(name, str) else ""
                for score in sorted(domain):
                    yield from flat(f"{printable(score)}/{name}", domain[score])
        elif key != "step":
            yield from flat(printable(key), line[key])


def curves_of(lines, file):
    """-> float64 [records] for each name, NaN where a record has no such number"""
    rows, names = [], {}
    for place, line in enumerate(lines, 1):
        pairs = list(numbers_of(line))
        rows.append(dict(pairs))
        names.update(rows[-1])
        if len(rows[-1]) != len(pairs):
            raise refuse("a line has two numbers of one name", file, line=place)
        if len(names) > MOST_COLUMNS or len(names) * place > MOST_CELLS:
            raise refuse("too many numbers for a table", file, line=place)
    return {name: np.array([row.get(name, math.nan) for row in rows]) for name in names}


def size_of(shape, dtype, file):
    fits = isinstance(shape, list) and len(shape) <= 8 and all(type(n) is int and n >= 0 for n in shape)
    if not fits or dtype not in DTYPES:
        raise refuse("safetensors: an unknown type or shape", file, dtype=dtype, shape=shape)
    return math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize


def safetensors(path):
    """-> arrays by name, texts by name. Arrays are read-only views of the file, of BF16 float32 copies."""
    size = os.stat(regular(path)).st_size
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, MOST_HEADER):
            raise refuse("safetensors: the header does not fit into the file", path)
        header = parse(file.read(length), path)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise refuse("safetensors: the metadata are no texts", path)
    begin, spans, arrays = 8 + length, [], {}
    data = np.memmap(path, np.uint8, "r") if size > begin else np.zeros(size, np.uint8)
    for name, tensor in header.items():
        if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
            raise refuse("safetensors: a tensor needs dtype, shape and data_offsets", path, tensor=name)
        span = tensor["data_offsets"]
        if not isinstance(span, list) or len(span) != 2 or any(type(n) is not int or n < 0 for n in span):
            raise refuse("safetensors: data_offsets are two places", path, tensor=name)
        needed = size_of(tensor["shape"], tensor["dtype"], path)
        if span[1] - span[0] != needed or begin + span[1] > size:
            raise refuse("safetensors: the offsets do not fit the shape, or the file", path, tensor=name)
        spans.append(tuple(span))
        numbers = data[begin + span[0]:begin + span[1]].view(DTYPES[tensor["dtype"]])
        if tensor["dtype"] == "BF16":
            numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
        arrays[name] = numbers.reshape(tensor["shape"])
    end = 0
    for first, last in sorted(spans):
        if first != end:
            raise refuse("safetensors: a gap or an overlap between tensors", path)
        end = last
    if begin + end != size:
        raise refuse("safetensors: bytes that belong to no tensor", path)
    return arrays, metadata


def checkpoint(path):
    """Checks the SHA-256 of the file in its metadata: it is that of the file with 64 zeros in its place."""
    with open(regular(path), "rb") as file:
        content = file.read()
    found = re.search(rb'"sha256":"([0-9a-f]{64})', content)
    if not found or hashlib.sha256(content[:found.start(1)] + b"0" * 64 + content[found.end(1):]
                                   ).hexdigest() != found[1].decode():
        raise refuse("checkpoint: damaged: its SHA-256 is missing or differs from that of its content", path)
    tensors, metadata = safetensors(path)
    return {"tensors": tensors, "metadata": metadata}


def checkpoints_of(folder):
    if not os.path.isdir(folder):
        return {}
    names = (re.fullmatch(r"step-(\d{6,10})\.safetensors", name) for name in os.listdir(folder))
    steps = {int(name[1]): name[0] for name in names if name}
    return {step: checkpoint(os.path.join(folder, steps[step])) for step in sorted(steps)}


def read_run(path, *, checkpoints=True):
    """-> "record", "results", "metrics", "curves", "checkpoints" by step, "best", "weights", "done".

    Raises FileNotFoundError if there is no run, RunError for wrong content. Without `checkpoints`, neither
    these nor the weights are read.
    """
    path = os.fspath(path)

    def there(*names):
        file = os.path.join(path, *names)
        return file if os.path.exists(file) else None
    record, done = there("record.json"), there("done")
    if record is None:
        raise FileNotFoundError("the directory holds no run: it has no record.json\n"
                                f"    path  {printable(path)}")
    metrics = lines_of(os.path.join(path, "metrics.jsonl"))
    best, weights = there("checkpoints", "best.safetensors"), there("weights.safetensors")
    return {
        "record": parse(bytes_of(record, MOST_JSON), record),
        "results": lines_of(os.path.join(path, "results.jsonl")),
        "metrics": metrics,
        "curves": curves_of(metrics, os.path.join(path, "metrics.jsonl")),
        "checkpoints": checkpoints_of(os.path.join(path, "checkpoints")) if checkpoints else {},
        "best": checkpoint(best) if best and checkpoints else None,
        "weights": safetensors(weights)[0] if weights and checkpoints else None,
        "done": parse(bytes_of(done, MOST_DONE), done) if done else None,
    }


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    try:
        run = read_run(sys.argv[1])
    except (RunError, OSError) as error:
        sys.exit(f"read_run: {error}")
    print(f"{len(run['metrics'])} records, {len(run['checkpoints'])} checkpoints, "
          f"{'finished' if run['done'] else 'not finished'}")
    for name, curve in sorted(run["curves"].items()):
        if name in ("loss", "mask/total/open") or name.startswith(("in_acc", "out_acc")):
            print(f"{name:<40} first {curve[0]:.4g}, last {curve[-1]:.4g}")
    for name, numbers in (run["weights"] or {}).items():
        print(f"{printable(name):<40} {numbers.dtype} {list(numbers.shape)}")


if __name__ == "__main__":
    main()
