#include "tensor/npy.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>

#include "tests/folder.h"
#include "tests/tensor/npy_files.h"

using sand::Index;
using sand::Npy;
using sand::Scalar;
using namespace sand::testing;

namespace {

std::vector<Scalar> scalars(const Npy& file, std::size_t count) {
  std::vector<Scalar> numbers(count);
  file.copy(0, numbers);
  return numbers;
}

std::string file_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("A file of each type, version and shape is read") {
  const std::string f4 = as_text({1.5f, -2.0f, 3.0f, 0.0f, -0.0f, 6.0f});
  for (const char major : {1, 2, 3}) {
    const Npy file = parse_npy(npy_of(npy_header("<f4", "(2, 3)"), f4, major));
    CHECK(file.shape() == std::vector<Index>{2, 3});
    CHECK(file.text() == "[2, 3] of F32");
    CHECK(file.doubles() == std::vector<double>{1.5, -2, 3, 0, 0, 6});
    CHECK(std::signbit(file.doubles()[4]));
  }
  CHECK(parse_npy(npy_of(npy_header("<f8", "()"), as_text({0.1}))).doubles() == std::vector{0.1});
  CHECK(parse_npy(npy_of(npy_header("<f8", "()"), as_text({0.1}))).shape().empty());
  CHECK(parse_npy(npy_of(npy_header("<i4", "(2,)"), as_text({-7, 2}))).doubles() ==
        std::vector<double>{-7, 2});
  CHECK(parse_npy(npy_of(npy_header("<i8", "(1,)"), as_text({std::int64_t{-1}}))).doubles() ==
        std::vector{-1.0});
  CHECK(parse_npy(npy_of(npy_header("|u1", "(2,1)"), "\xff\1")).doubles() == std::vector<double>{255, 1});
  CHECK(parse_npy(npy_of(npy_header("<f4", "(0, 3)"), "")).shape() == std::vector<Index>{0, 3});
  CHECK(parse_npy(npy_of(npy_header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1,)"), as_text({1.0f}))).shape().size() ==
        8);
}

TEST_CASE("NaN, infinity and the smallest numbers are read as they are") {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<Scalar> numbers = scalars(
      parse_npy(npy_of(npy_header("<f4", "(4,)"), as_text({infinity, -infinity, std::nanf(""), 0x1p-149f}))),
      4);
  CHECK(numbers[0] == infinity);
  CHECK(numbers[1] == -infinity);
  CHECK(std::isnan(numbers[2]));
  CHECK(numbers[3] == static_cast<Scalar>(0x1p-149f));
  CHECK(std::isinf(scalars(parse_npy(npy_of(npy_header("<f8", "(1,)"), as_text<double>({infinity}))), 1)[0]));
}

TEST_CASE("A part of the numbers can be copied") {
  const Npy file = parse_npy(npy_of(npy_header("<i4", "(2, 2)"), as_text({1, 2, 3, 4})));
  std::vector<Scalar> numbers(2);
  file.copy(2, numbers);
  CHECK(numbers == std::vector<Scalar>{3, 4});
}

TEST_CASE("A double becomes the nearest float in the float program, and stays itself in the double program") {
  const double third = 1.0 / 3, tiny = 1e-60;
  const std::vector<Scalar> numbers =
      scalars(parse_npy(npy_of(npy_header("<f8", "(2,)"), as_text({third, tiny}))), 2);
  CHECK(numbers[0] == static_cast<Scalar>(third));
  CHECK(numbers[1] == static_cast<Scalar>(tiny));
  CHECK((numbers[0] == third) == (sizeof(Scalar) == 8));
}

TEST_CASE("A number that Scalar or double cannot hold is refused") {
  const auto refused = [](const Npy& file) { return blame([&] { scalars(file, 2); }); };
  const Npy large = parse_npy(npy_of(npy_header("<f8", "(2,)"), as_text({1.0, -1e39})));
  const Npy odd = parse_npy(npy_of(npy_header("<i4", "(2,)"), as_text({0, 16777217})));
  const Npy odder =
      parse_npy(npy_of(npy_header("<i8", "(2,)"), as_text({std::int64_t{0}, (std::int64_t{1} << 53) + 1})));
  if (sizeof(Scalar) == 4) {
    CHECK(refused(large) ==
          "npy: a number does not fit a float\n    file  a.npy\n    array [2] of F64\n    found -1e+39 as "
          "number 1\n    "
          "hint: sandgrad64 computes in double");
    CHECK(contains(refused(odd),
                   "a number does not fit a float\n    file a.npy\n    array [2] of I32\n    "
                   "found 16777217 as number 1"));
    std::vector<Scalar> second(1);
    CHECK(contains(blame([&] { odd.copy(1, second); }), "found 16777217 as number 0 after the first 1"));
  } else {
    CHECK(scalars(large, 2)[1] == static_cast<Scalar>(-1e39));
    CHECK(scalars(odd, 2)[1] == 16777217);
  }
  CHECK(contains(refused(odder), "found 9007199254740993 as number 1"));
  CHECK(blame([&] { odder.doubles(); }) ==
        "npy: a number does not fit a double\n    file  a.npy\n    array [2] of I64\n    found "
        "9007199254740993 as "
        "number 1\n    hint: in Python: numpy.save(NEW, ARRAY.astype('<f8'))");
  CHECK(large.doubles()[1] == -1e39);
}

TEST_CASE("A file that is cut, at any byte, or too long is refused") {
  const std::string whole = npy_of(npy_header("<f4", "(2,)"), as_text({1.0f, 2.0f}));
  for (std::size_t size = 6; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(contains(npy_refusal(whole.substr(0, size)), "npy: the file ends early; was it cut?"));
  }
  CHECK(contains(npy_refusal(whole.substr(0, whole.size() - 3)),
                 "shape [2] of F32\n    expected 8 bytes\n    found 5 bytes after the header"));
  CHECK(contains(npy_refusal(whole.substr(0, 7)), "expected at least 8 bytes\n    found 7 bytes"));
  CHECK(npy_refusal(whole + "\n") ==
        "npy: there are bytes after the numbers\n    file     a.npy\n    shape    [2] of F32\n    expected 8 "
        "bytes\n    found    9 bytes after the header");
  CHECK(contains(npy_refusal(npy_of(npy_header("<f8", "(1099511627776,)"), "")), "the file ends early"));
}

TEST_CASE("A version that is unknown and a header that is too long are refused") {
  std::string file = npy_of(npy_header("<f4", "()"), as_text({1.0f}));
  for (const auto& [major, minor] : {std::pair{'\0', '\0'}, {'\4', '\0'}, {'\1', '\1'}}) {
    file[6] = major, file[7] = minor;
    CHECK(contains(npy_refusal(file), "npy: the version must be 1.0, 2.0 or 3.0\n    file a.npy\n    found " +
                                          std::to_string(major) + "." + std::to_string(minor)));
  }
  const std::string padded = npy_header("<f4", "()") + std::string(10'000, ' ');
  CHECK(contains(npy_refusal(npy_of(padded, as_text({1.0f}))),
                 "npy: the header is too long\n    file a.npy\n    "
                 "expected at most 10000 bytes\n    found 10"));
  const std::string fits = padded.substr(0, 10'000);
  CHECK(parse_npy(npy_of(fits, as_text({1.0f}))).doubles() == std::vector{1.0});
}

TEST_CASE("The error for a file of another kind names it") {
  const std::string zeros(60, '\0'), rule = "npy: this is another kind of file\n    file a.npy\n    ";
  for (const auto& [file, found] :
       {std::pair<std::string, std::string>{"PK\3\4" + zeros,
                                            "a zip, such as numpy's .npz\n    hint: in "
                                            "Python: numpy.save(NEW, numpy.load(OLD)['NAME'])"},
        {"\x80\4" + zeros,
         "a pickle, as PyTorch before 1.6 writes it\n    hint: in Python: numpy.save(NEW, "
         "ARRAY) writes a .npy file"},
        {"~1.5,2.5\t\r\n3.5,4.5\n",
         "text\n    hint: in Python: numpy.save(NEW, numpy.loadtxt(OLD, delimiter=','))"},
        {file_of("{}", 0),
         "perhaps safetensors\n    hint: in Python: numpy.save(NEW, "
         "safetensors.numpy.load_file(OLD)['NAME'])"},
        {"\x1f\x8b" + zeros, "gzip data"},
        {"", "an empty file"}})
    CHECK(contains(npy_refusal(file), rule + "found " + found));
  CHECK(contains(npy_refusal("\x93NUMPX" + zeros), rule + "expected \\x93NUMPY as its first bytes"));
}

TEST_CASE("A file is read from a path, and a missing one is named") {
  const Folder folder;
  write_file(folder / "a.npy", npy_of(npy_header("<f4", "(1,)"), as_text({2.5f})));
  CHECK(Npy::read(folder / "a.npy").doubles() == std::vector{2.5});
  CHECK(contains(complaint([&] { Npy::read(folder / "b.npy"); }), "b.npy"));
  write_file(folder / "a.npy", "");
  CHECK(contains(blame([&] { Npy::read(folder / "a.npy"); }),
                 (folder / "a.npy") + "\n    found an empty file"));
}

TEST_CASE("A written file follows the format byte for byte, and its numbers begin at a multiple of 64") {
  const std::vector<float> numbers = {1, -2};
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  const std::string expected = std::string("\x93NUMPY\1\0\x76\0", 10) + header +
                               std::string(128 - 10 - 1 - header.size(), ' ') + "\n" + as_text({1.0f, -2.0f});
  CHECK(file_text(sand::npy_bytes({2}, std::span<const float>(numbers))) == expected);
  for (const std::vector<Index>& shape :
       std::vector<std::vector<Index>>{{}, {1}, {1, 1}, {1, 1, 1, 1, 1, 1, 1, 1}}) {
    const std::vector<double> one = {0.1};
    const std::vector<std::byte> bytes = sand::npy_bytes(shape, std::span<const double>(one));
    CHECK(bytes.size() % 64 == 8);
    CHECK(parse_npy(file_text(bytes)).shape() == shape);
    CHECK(parse_npy(file_text(bytes)).doubles() == one);
  }
}

TEST_CASE("A written header is numpy's, and as short as its alignment allows") {
  const std::vector<double> none;
  std::set<std::size_t> sizes;
  for (Index size = 1; size < PTRDIFF_MAX / 10; size *= 10) {
    const std::vector<Index> shape = {0, size, PTRDIFF_MAX, PTRDIFF_MAX};
    const std::string file = file_text(sand::npy_bytes(shape, std::span<const double>(none)));
    CHECK(file.find("'shape': (0, " + std::to_string(size) +
                    ", 9223372036854775807, 9223372036854775807), }") != std::string::npos);
    CHECK(file.size() - file.find('}') - 2 < 64);
    sizes.insert(file.size());
  }
  CHECK(sizes == std::set<std::size_t>{128, 192});
}

TEST_CASE("Numbers that do not fit the shape are refused for writing") {
  const std::vector<double> numbers = {1, 2};
  const auto refused = [&](const std::vector<Index>& shape) {
    return complaint([&] { sand::npy_bytes(shape, std::span<const double>(numbers)); });
  };
  CHECK(contains(refused({3}),
                 "npy: the numbers must fit the shape, which may have at most eight axes\n    shape [3] "
                 "of F64\n    found 2 numbers"));
  CHECK(contains(refused({-1, -2}), "shape [-1, -2] of F64"));
  CHECK(contains(refused({2, 1, 1, 1, 1, 1, 1, 1, 1}), "at most eight axes"));
}
