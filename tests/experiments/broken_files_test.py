#!/usr/bin/env python3
"""Broken files of a user: each is refused with its name, the place and what to do. Nothing is left behind, \
and memory stays bounded.

    broken_files_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]      exit: 0 passed, 1 failed
"""
import gzip
import json
import os
import struct
import subprocess
import sys
import zlib

import program_test
from program_test import DATA, MISSING, USAGE

MOST_MEMORY = 400 << 20  # bytes
TABLE = ["--dataset", "Table", "--data-file", "t.csv"]
FOLDER = ["--dataset", "Arrays", "--data-file", "arrays"]
TENSORS = ["--dataset", "Arrays", "--data-file", "a.safetensors"]
PHOTOS = ["--dataset", "ImageFolder", "--data-dir", "photos", "--image-size", "8"]
DIGITS = ["--dataset", "ColoredMNIST-IRM", "--data-dir", "digits"]
HEAD = "domain,label,x,y\n"
ROWS = "".join(f"{'ab'[i % 2]},{i // 2 % 2},{i},{i * i}\n" for i in range(8))

# A grey JPEG of 8 x 8 pixels
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb00430050373c463c32504641465a55505f78c882786e6e78f5afb991c8"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc20"
    "00b080008000801011100ffc40014000100000000000000000000000000000000ffda00080101000000017fffc40015100101000"
    "00000000000000000000000000002ffda000801010001050287ffc40014100100000000000000000000000000000000ffda0008"
    "010100063f027fffc4001510010100000000000000000000000000000041ffda0008010100013f21a7ffda000801010000001"
    "07fffc400151001010000000000000000000000000000c100ffda0008010100013f1016ffd9")


def png(width=8, height=8, crc=0, data=None, kind=2):
    chunk = lambda name, data, off=0: (struct.pack(">I", len(data)) + name + data
                                       + struct.pack(">I", zlib.crc32(name + data) ^ off))
    lines = (b"\0" + bytes(range(24))[: 3 * min(width, 8)]) * min(height, 8) if data is None else data
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines), crc) + chunk(b"IEND", b""))


def npy(kind, shape, content, fortran=False, version=1):
    header = f"{{'descr': {kind}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + content


def f8(*numbers):
    return struct.pack(f"<{len(numbers)}d", *numbers)


def i8(*numbers):
    return struct.pack(f"<{len(numbers)}q", *numbers)


def arrays(**files):
    """-> a good folder of four examples, with these files in place of its own"""
    good = {"x": npy("'<f8'", "(4, 2)", f8(*range(8))), "y": npy("'<i8'", "(4,)", i8(0, 1, 0, 1)),
            "domain": npy("'<i8'", "(4,)", i8(0, 0, 1, 1)), **files}
    return {f"arrays/{name}.npy": content for name, content in good.items()}


def tensors(body=b"", header=None, **entries):
    """-> a safetensors file of these tensors: type, shape, content"""
    if header is None:
        header = {}
        for name, (kind, shape, content) in entries.items():
            header[name] = {"dtype": kind, "shape": shape,
                            "data_offsets": [len(body), len(body) + len(content)]}
            body += content
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return {"a.safetensors": struct.pack("<Q", len(text)) + text + body}


X, Y, D = ("F64", [4, 2], f8(*range(8))), ("I64", [4], i8(0, 1, 0, 1)), ("I64", [4], i8(0, 0, 1, 1))


def photos(**more):
    """-> two domains of two classes, and these files: a name has __ for / and _ for ."""
    files = {f"photos/{domain}/{kind}/{i}.png": png() for domain in "ab" for kind in ["cat", "dog"]
             for i in range(2)}
    return {**files, **{"photos/" + name.replace("__", "/").replace("_", "."): content
                        for name, content in more.items()}}


def idx(*sizes, content=None, magic=8):
    count = 1
    for size in sizes:
        count *= size
    return (struct.pack(f">4B{len(sizes)}I", 0, 0, magic, len(sizes), *sizes)
            + (bytes(i % 10 for i in range(count)) if content is None else content))


def digits(images=None, labels=None, ending=""):
    return {f"digits/train-images-idx3-ubyte{ending}": idx(12, 28, 28) if images is None else images,
            f"digits/train-labels-idx1-ubyte{ending}": idx(12) if labels is None else labels}


def bomb(beginning, megabytes):
    """-> gzip data of a text and then so many digits. Python itself must stay small: a child begins with its
    memory."""
    packer = zlib.compressobj(wbits=31)
    return (packer.compress(beginning) + b"".join(packer.compress(b"1" * (1 << 20)) for _ in range(megabytes))
            + packer.flush())


def table(text, name="t.csv"):
    return {name: text if isinstance(text, bytes) else text.encode()}


def loop(folder):
    os.makedirs(os.path.join(folder, "photos/a/bird"))
    os.symlink("turn.png", os.path.join(folder, "photos/a/bird/round.png"))
    os.symlink("round.png", os.path.join(folder, "photos/a/bird/turn.png"))



# name, exit code, files, what the error says; the texts are compared without alignment
TABLES = [
    ("a column that is missing", USAGE, table("hospital,label,x\na,0,1\n"),
     ["--domain-column: the table has no such column", "file t.csv", 'found "domain"',
      "known hospital, label, x"]),
    ("two columns of one name", DATA, table("domain,label,x,x\na,0,1,2\n"),
     ["two columns have one name", "file t.csv", "column 4", "and column 3", 'name "x"']),
    ("a column without a name", DATA, table(",domain,label,x\n0,a,0,1\n"),
     ["a column has no name", "file t.csv", "column 1", "to_csv(FILE, index=False)"]),
    ("a header that is missing", DATA, table("1,0,2.5\n2,1,3.5\n"),
     ["the header is missing", "file t.csv", "add a first line with a name for each column"]),
    ("a row with too few cells", DATA, table(HEAD + ROWS + "a,0,1\n"),
     ["a row has too few cells", "file t.csv", "row 9 (line 10 of the file)", "expected 4", "found 3"]),
    ("a row with too many cells", DATA, table(HEAD + "a,0,1,2,3\n" + ROWS),
     ["a row has too many cells", "file t.csv", "row 1 (line 2 of the file)", "found 5", "double quotes"]),
    ("a quote that does not end", DATA, table(HEAD + ROWS + 'a,0,"1,2\n' + ROWS),
     ["a quote is never closed", "file t.csv", "row 9 (line 10 of the file)",
      "the cell that begins with it"]),
    ("a quote inside a cell", DATA, table(HEAD + 'a,0,1"2,3\n'),
     ["a quote inside a cell without quotes", "file t.csv", "row 1 (line 2 of the file)", "column 3"]),
    ("a cell that is too long", DATA, table(HEAD + 'a,0,"' + "1\n" * (1 << 20) + '",2\n'),
     ["a cell is too long", "file t.csv", "row 1 (line 2 of the file)", "is a quote missing?"]),
    ("a NUL byte", DATA, table(HEAD + ROWS + "a,0,1\0,2\n"),
     ["a NUL byte", "file t.csv", "row 9 (line 10 of the file)", "text in UTF-16?"]),
    ("a label that is not UTF-8", DATA, table(HEAD.encode() + ROWS.encode() + b"a,\xe9,1,2\n"),
     ["a name must be UTF-8", "file t.csv", "row 9 (line 10 of the file)", 'column 2, "label"', r"\xe9",
      "save the table as UTF-8"]),
    ("a header that is not UTF-8", DATA, table(b"domain,label,gr\xf6\xdfe\na,0,1\n"),
     ["a name must be UTF-8", "file t.csv", "column 3", "save the table as UTF-8"]),
    ("text in UTF-16", DATA, table((HEAD + ROWS).encode("utf-16")),
     ["this is another kind of file", "file t.csv", "text in UTF-16", "iconv -f UTF-16"]),
    ("an empty file", DATA, table(""), ["the file is empty", "file t.csv", "the names of its columns"]),
    ("blank lines only", DATA, table("\n\n\n"), ["the file has no header", "file t.csv"]),
    ("only a header", DATA, table(HEAD), ["the table has no rows", "file t.csv", "found only a header"]),
    ("one class", DATA, table(HEAD + "a,0,1,2\nb,0,2,3\n"),
     ["all rows have one label", "file t.csv", 'column "label"', 'found "0"']),
    ("text in a column of numbers", DATA, table(HEAD + ROWS + "a,0,low,2\n"),
     ["a cell is not a number", "file t.csv", "row 9 (line 10 of the file)", 'column 3, "x"', 'found "low"',
      "--one-hot x"]),
    ("an infinite number", DATA, table(HEAD + "a,0,1,-inf\n"),
     ["a number is infinite", "file t.csv", "row 1 (line 2 of the file)", 'column 4, "y"', 'found "-inf"',
      "--drop-columns y"]),
    ("a number out of range", DATA, table(HEAD + "a,0,1e999,2\n"),
     ["a number is out of the range of a double", "file t.csv", "row 1 (line 2 of the file)",
      'column 3, "x"']),
    ("numbers too far apart", DATA, table(HEAD + "a,0,-1e38,2\na,1,3.4e38,2\n"),
     ["a number is too large", "file t.csv", "row 2 (line 3 of the file)", 'column 3, "x"', 'found "3.4e38"',
      "--drop-columns x"]),
    ("a decimal comma", DATA, table("domain;label;x\na;0;1,5\nb;1;2,5\n"),
     ["a number has a decimal comma", "file t.csv", "row 1 (line 2 of the file)", 'column 3, "x"',
      'found "1,5"', "--decimal-comma"]),
    ("a missing cell", DATA, table(HEAD + ROWS + "a,0,,2\n"),
     ["a cell is missing", "file t.csv", "row 9 (line 10 of the file)", 'column 3, "x"', "--missing mean"]),
    ("a row without a label", DATA, table(HEAD + "a,NA,1,2\n"),
     ["a row without a label", "file t.csv", "row 1 (line 2 of the file)", 'column 2, "label"',
      "remove the row"]),
    ("a row without a domain", DATA, table(HEAD + "?,0,1,2\n"),
     ["a row without a domain", "file t.csv", "row 1 (line 2 of the file)", 'column 1, "domain"']),
    ("5,000 domains", DATA, table(HEAD + "".join(f"d{i},{i % 2},{i},1\n" for i in range(5000))),
     ["too many domains", "file t.csv", "row 4097 (line 4098 of the file)", 'column 1, "domain"',
      "expected at most 4096", "is it the right column?"]),
    ("1,001 classes", DATA, table(HEAD + "".join(f"a,{i},{i},1\n" for i in range(1001))),
     ["too many classes", "file t.csv", "row 1001 (line 1002 of the file)", 'column 2, "label"',
      "--task regress"]),
    ("one number in two spellings", DATA, table(HEAD + "1,0,1,2\n1.0,1,1,2\n"),
     ["file t.csv", 'column "domain"', '"1"', '"1.0"']),
    ("no separator", DATA, table("domain\na\nb\n"),
     ["no separator divides the header", "file t.csv", 'header "domain"', "--separator names one"]),
    ("a workbook of Excel", DATA, table(b"PK\3\4" + bytes(100)),
     ["this is another kind of file", "file t.csv", "Excel's .xlsx", "save the sheet as CSV"]),
    ("a page of HTML", DATA, table("<html><body>404</body></html>"),
     ["this is another kind of file", "file t.csv", "HTML", "fetch the file again"]),
    ("gzip data that were cut", DATA, table(gzip.compress((HEAD + ROWS * 50).encode())[:-20]),
     ["gzip: ", "file t.csv"]),
    ("bytes after gzip data", DATA, table(gzip.compress((HEAD + ROWS).encode()) + b"garbage"),
     ["gzip: ", "file t.csv"]),
    ("gzip data with a flipped bit", DATA,
     table(gzip.compress((HEAD + ROWS).encode())[:-5] + b"\xff" + gzip.compress((HEAD + ROWS).encode())[-4:]),
     ["gzip: ", "file t.csv"]),
    ("gzip data in gzip data", DATA, table(gzip.compress(gzip.compress((HEAD + ROWS).encode()))),
     ["this is another kind of file", "file t.csv", "unpack it once with gunzip"]),
    ("a gzip bomb", DATA, table(bomb(HEAD.encode() + b"a,0,1,", 200)),
     ["a cell is too long", "file t.csv", "row 1 (line 2 of the file)"]),
    ("a folder", DATA, {"t.csv/x": b""}, ["file: must be a regular file", "t.csv"]),
    ("no file", MISSING, {}, ["there is no such file", "t.csv"]),
]

FOLDERS = [
    ("a file that is cut", DATA, arrays(x=npy("'<f8'", "(4, 2)", f8(*range(7)))),
     ["npy: the file ends early; was it cut?", "file arrays/x.npy", "expected 64 bytes", "found 56 bytes"]),
    ("a header that is cut", DATA, arrays(x=npy("'<f8'", "(4, 2)", b"")[:40]),
     ["npy: the file ends early; was it cut?", "file arrays/x.npy", "found 40 bytes"]),
    ("Fortran order", DATA, arrays(x=npy("'<f8'", "(4, 2)", f8(*range(8)), fortran=True)),
     ["npy: the numbers must be in C order", "file arrays/x.npy", "numpy.ascontiguousarray(ARRAY)"]),
    ("big-endian numbers", DATA, arrays(y=npy("'>i8'", "(4,)", bytes(32))),
     ["npy: this type of numbers is not supported", "file arrays/y.npy", "big-endian", "astype('<i8')"]),
    ("a pickle", DATA, arrays(y=npy("'|O'", "(4,)", b"\x80\x04]\x94.")),
     ["npy: this type of numbers is not supported", "file arrays/y.npy", "a pickle of objects"]),
    ("records", DATA, arrays(x=npy("[('a', '<f4')]", "(4,)", bytes(16))),
     ["npy: this type of numbers is not supported", "file arrays/x.npy", "numpy.save(NEW, ARRAY['FIELD'])"]),
    ("a shape that is no tuple", DATA, arrays(x=npy("'<f8'", "[4, 2]", f8(*range(8)))),
     ["npy: the header must be the text of a dictionary", "file arrays/x.npy", "an error at byte "]),
    ("a shape that lies", DATA, arrays(x=npy("'<f8'", "(5, 2)", f8(*range(8)))),
     ["npy: the file ends early", "file arrays/x.npy", "shape [5, 2] of F64", "expected 80 bytes"]),
    ("version 9", DATA, arrays(x=npy("'<f8'", "(4, 2)", f8(*range(8)), version=9)),
     ["npy: the version must be 1.0, 2.0 or 3.0", "file arrays/x.npy", "found 9.0"]),
    ("a huge shape", DATA, arrays(x=npy("'<f8'", "(1000000000, 1000000)", b"")),
     ["npy: the file ends early", "file arrays/x.npy", "shape [1000000000, 1000000] of F64"]),
    ("a shape beyond 64 bits", DATA,
     arrays(x=npy("'<f8'", "(9000000000000000000, 9000000000000000000)", b"")),
     ["npy: more numbers than a machine can address", "file arrays/x.npy"]),
    ("a text", DATA, arrays(domain=b"0\n0\n1\n1\n"), ["npy: ", "file arrays/domain.npy", "numpy.save"]),
    ("an empty file", DATA, arrays(x=b""),
     ["npy: this is another kind of file", "file arrays/x.npy", "found an empty file", "numpy.save"]),
    ("NaN", DATA, arrays(x=npy("'<f8'", "(4, 2)", f8(0, 1, 2, float("nan"), 4, 5, 6, 7))),
     ["arrays: an input is not finite", "file arrays/x.npy", "example 1", "number 1", "found NaN"]),
    ("too many axes", DATA, arrays(x=npy("'<f8'", "(4, 2, 1)", f8(*range(8)))),
     ["arrays: the inputs must be vectors or images", "file arrays/x.npy", "found F64 [4, 2, 1]"]),
    ("lengths that differ", DATA, arrays(y=npy("'<i8'", "(3,)", i8(0, 1, 0))),
     ["arrays: there must be one number for each example", "file arrays/y.npy", "expected [4]",
      "found I64 [3]"]),
    ("domains that are no whole numbers", DATA, arrays(domain=npy("'<f8'", "(4,)", f8(0, 0, 1, 1.5))),
     ["arrays: whole numbers are needed", "file arrays/domain.npy", "found F64", "astype('int64')"]),
    ("a file that is missing", MISSING,
     {name: content for name, content in arrays().items() if "/y" not in name},
     ["arrays: the folder lacks a file", "folder arrays", "missing y.npy", "numpy.save('y.npy', ARRAY)"]),
]

TENSOR_FILES = [
    ("a header that is cut", DATA, {"a.safetensors": tensors(x=X, y=Y, domain=D)["a.safetensors"][:50]},
     ["safetensors: ", "file a.safetensors", "found "]),
    ("data that are cut", DATA, {"a.safetensors": tensors(x=X, y=Y, domain=D)["a.safetensors"][:-9]},
     ["safetensors: ", "file a.safetensors"]),
    ("a header of 2^60 bytes", DATA, {"a.safetensors": struct.pack("<Q", 1 << 60) + b"{}"},
     ["safetensors: ", "file a.safetensors"]),
    ("a header that is no JSON", DATA, tensors(header=b"{'x': 1}"), ["safetensors: ", "file a.safetensors"]),
    ("tensors that overlap", DATA, tensors(body=bytes(128), header={
        "x": {"dtype": "F64", "shape": [4, 2], "data_offsets": [0, 64]},
        "y": {"dtype": "I64", "shape": [4], "data_offsets": [32, 64]},
        "domain": {"dtype": "I64", "shape": [4], "data_offsets": [64, 128]}}),
     ["safetensors: ", "file a.safetensors", "tensor "]),
    ("a type that is not supported", DATA, tensors(x=("F8_E4M3", [4, 2], bytes(8)), y=Y, domain=D),
     ["safetensors: ", "file a.safetensors", 'tensor "x"', "F8_E4M3"]),
    ("inputs of a wrong type", DATA, tensors(x=("I64", [4, 2], bytes(64)), y=Y, domain=D),
     ["arrays: the inputs must be vectors or images", "file a.safetensors", "tensor x", "found I64 [4, 2]"]),
    ("a tensor that is missing", DATA, tensors(x=X, labels=Y, domain=D),
     ["a tensor is missing", "file a.safetensors", '"y"']),
    ("an infinite number", DATA, tensors(x=("F64", [4, 2], f8(*range(7), float("inf"))), y=Y, domain=D),
     ["arrays: an input is not finite", "file a.safetensors", "tensor x", "example 3", "number 1"]),
    ("labels beyond all classes", DATA, tensors(x=("U8", [1001, 1], bytes(1001)),
                                                y=("I64", [1001], i8(*range(1001))),
                                                domain=("U8", [1001], bytes(1001))),
     ["arrays: too many different numbers", "file a.safetensors", "tensor y", "expected at most 1000"]),
    ("one label", DATA, tensors(x=X, y=("I64", [4], i8(3, 3, 3, 3)), domain=D),
     ["arrays: all examples have one label", "file a.safetensors", "tensor y", "found 3"]),
    ("lengths that differ", DATA, tensors(x=X, y=Y, domain=("I64", [3], i8(0, 0, 1))),
     ["arrays: there must be one number for each example", "file a.safetensors", "tensor domain",
      "expected [4]", "found I64 [3]"]),
    ("a label above 2^63", DATA, tensors(x=X, y=("U64", [4], struct.pack("<4Q", 0, 1, 0, 1 << 63)), domain=D),
     ["arrays: whole numbers are needed", "file a.safetensors", "tensor y", "as number 3"]),
]

FOLDERS_OF_PHOTOS = [
    ("a JPEG that is cut", DATA, photos(a__cat__x_jpg=JPEG[:-20]),
     ["image folder: 1 of 9 images cannot be read",
      "photos/a/cat/x.jpg: it cannot be decoded: a JPEG that lacks image data", "--skip-unreadable"]),
    ("a PNG with a wrong checksum", DATA, photos(a__cat__x_png=png(crc=1)),
     ["photos/a/cat/x.png: it cannot be decoded: a PNG with a wrong checksum", "--skip-unreadable"]),
    ("a PNG that is cut", DATA, photos(a__cat__x_png=png()[:-14]),
     ["photos/a/cat/x.png: it cannot be decoded: a PNG that ends too early", "--skip-unreadable"]),
    ("a PNG of 2^31 x 2^31 pixels", DATA, photos(a__cat__x_png=png(1 << 31, 1 << 31)),
     ["photos/a/cat/x.png: it cannot be decoded: more than 65,536 pixels", "--skip-unreadable"]),
    ("an empty file", DATA, photos(b__dog__x_jpg=b""),
     ["photos/b/dog/x.jpg: an empty file", "--skip-unreadable"]),
    ("a wrong ending", DATA, photos(b__dog__x_jpg=b"GIF89a" + bytes(50)),
     ["photos/b/dog/x.jpg: it cannot be decoded: neither JPEG nor PNG: it looks like a GIF"]),
    ("a text", DATA, photos(b__dog__x_jpg=b"no photo"),
     ["photos/b/dog/x.jpg: it cannot be decoded: neither JPEG nor PNG"]),
    ("links in a circle", DATA, {**photos(), "": loop},
     ["photos/a/bird/round.png: a symbolic link", "photos/a/bird/turn.png: a symbolic link",
      "--follow-links"]),
    ("a class without photos", DATA, photos(a__bird__notes_txt=b"none"),
     ["image folder: a class has no images in any domain", "class bird", "folder photos/a/bird"]),
    ("a folder too many", DATA, {"photos/sets/" + name.split("/", 1)[1]: content
                                 for name, content in photos().items()},
     ["image folder: no images found", "but photos/sets/", "if a folder is between domain and class"]),
    ("names that differ in case", DATA, photos(b__Cat__x_png=png()),
     ["image folder: classes that differ in case", "photos/b/Cat", "photos/a/cat"]),
    ("no photo at all", DATA, {"photos/a/cat/x.txt": b""},
     ["image folder: no images found", "looked for photos/domain/class/image.jpg"]),
    ("no folder", MISSING, {}, ["image folder: cannot be read", "folder photos"]),
]

FILES_OF_DIGITS = [
    ("a wrong magic number", DATA, digits(images=idx(12, 28, 28, magic=9)),
     ["idx: the file must begin with the magic number", "file digits/train-images-idx3-ubyte",
      "expected 00 00 08 03", "found 00 00 09 03"]),
    ("images for labels", DATA, digits(labels=idx(12, 28, 28)),
     ["idx: the file must begin with the magic number", "file digits/train-labels-idx1-ubyte",
      "two files may have been swapped"]),
    ("a file that is cut", DATA, digits(images=idx(12, 28, 28)[:-1]),
     ["idx: the file ends before its data does", "file digits/train-images-idx3-ubyte",
      "expected 9408 bytes (12 x 28 x 28)", "fetch the file again"]),
    ("a count that lies", DATA, digits(images=idx(4000000000, 28, 28, content=bytes(784))),
     ["idx: the sizes in the header are out of range", "file digits/train-images-idx3-ubyte",
      "4000000000 x 28"]),
    ("a count that is too small", DATA, digits(labels=idx(12) + b"\1"),
     ["idx: the file has bytes after its data", "file digits/train-labels-idx1-ubyte"]),
    ("gzip data that were cut", DATA, {
        **digits(), "digits/train-images-idx3-ubyte": gzip.compress(idx(12, 28, 28))[:-9]},
     ["gzip: ", "file digits/train-images-idx3-ubyte"]),
    ("a label beyond 9", DATA, digits(labels=idx(12, content=bytes(11) + b"\x0b")),
     ["mnist: labels must be 0 to 9", "file digits/train-labels-idx1-ubyte", "found 11 as label number 11"]),
    ("images of another size", DATA, digits(images=idx(12, 28, 27)),
     ["mnist: images must have 28 x 28 pixels", "file digits/train-images-idx3-ubyte", "found 28 x 27"]),
    ("other labels than images", DATA, digits(labels=idx(11)),
     ["mnist: there must be as many labels as images", "digits/train-images-idx3-ubyte: 12",
      "digits/train-labels-idx1-ubyte: 11"]),
    ("no file of labels", MISSING, {name: content for name, content in digits().items() if "images" in name},
     ["mnist: no folder holds the files of MNIST", "in digits: all but train-labels-idx1-ubyte"]),
]


class Broken(program_test.Case):
    def make(self, files):
        for name, content in files.items():
            if callable(content):
                content(self.folder)
                continue
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            with open(self.path(name), "wb") as file:
                file.write(content)

    def tree(self):
        return sorted(os.path.join(folder, name) for folder, folders, files in os.walk(self.folder)
                      for name in folders + files)

    def start(self, *arguments):
        """-> exit code, stdout, stderr, most memory in bytes"""
        with open(self.path("..", os.path.basename(self.folder) + "-err"), "w+", encoding="utf-8") as stderr:
            os.unlink(stderr.name)
            process = subprocess.Popen([os.path.join(self.programs, "sandgrad"), *arguments], cwd=self.folder,
                                       stdout=subprocess.PIPE, stderr=stderr, encoding="utf-8")
            stdout = process.stdout.read()
            process.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            stderr.seek(0)
            return process.returncode, stdout, stderr.read(), usage.ru_maxrss << 10

    def refuse_all(self, cases, flags):
        for name, expected, files, says in cases:
            with self.subTest(name):
                folder = self.folder
                self.setUp()
                self.make(files)
                before = self.tree()
                code, stdout, stderr, memory = self.start("train", *flags, "--steps", "2",
                                                          "--output-dir", "run")
                shown = " ".join(stderr.split())
                self.assertEqual(code, expected, stderr)
                self.assertEqual(stdout, "")
                self.assertTrue(stderr.startswith("sandgrad: "), stderr)
                self.assertLess(len(stderr), 3000)
                if code == DATA and "must be a regular file" not in stderr:
                    self.assertIn("\n    hint: ", stderr)
                for text in says:
                    self.assertIn(" ".join(text.split()), shown)
                self.assertLess(memory, MOST_MEMORY)
                self.assertEqual(self.tree(), before)
                self.folder = folder

    def test_tables(self):
        self.refuse_all(TABLES, TABLE)

    def test_folders_of_arrays(self):
        self.refuse_all(FOLDERS, FOLDER)

    def test_files_of_tensors(self):
        self.refuse_all(TENSOR_FILES, TENSORS)

    def test_folders_of_photos(self):
        self.refuse_all(FOLDERS_OF_PHOTOS, PHOTOS)

    def test_files_of_digits(self):
        self.refuse_all(FILES_OF_DIGITS, DIGITS)

    def test_there_are_forty_kinds_and_good_files_are_read(self):
        """The files of these tests are broken in one place only."""
        kinds = TABLES + FOLDERS + TENSOR_FILES + FOLDERS_OF_PHOTOS + FILES_OF_DIGITS
        self.assertGreater(len(kinds), 80)
        for files, flags in [(table(HEAD + ROWS), TABLE),
                             (table(gzip.compress((HEAD + ROWS).encode())), TABLE), (arrays(), FOLDER),
                             (tensors(x=X, y=Y, domain=D), TENSORS),
                             (photos(a__cat__x_jpg=JPEG), PHOTOS), (digits(), DIGITS)]:
            self.make(files)
            code, _, stderr, _ = self.start("train", *flags, "--steps", "2", "--algorithm", "ERM",
                                            "--hparams", '{"mlp_width": 4, "batch_size": 2}')
            self.assertEqual(code, 0, stderr)


if __name__ == "__main__":
    sys.exit(program_test.main())
