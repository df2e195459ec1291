// Valid headers and the errors of invalid ones.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/folder.h"
#include "tests/tensor/safetensors_files.h"

using sand::Safetensors;
using namespace sand::testing;

namespace {

namespace fs = std::filesystem;

/// The error of parsing a header; only Error(data) counts.
std::string complaint_about(const std::string& header, std::size_t data = 0) {
  return blame([&] { parse(file_of(header, data)); });
}

const std::string kTwo = R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
                         R"("a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})";

/// A header, the number of bytes of data, and the rule that they break.
struct BrokenHeader {
  const char* header;
  std::size_t data;
  const char* rule;
};

const BrokenHeader kBroken[] = {
    {"", 0, "one JSON object"},
    {" {}", 0, "one JSON object"},
    {"[]", 0, "one JSON object"},
    {"{", 0, "JSON in UTF-8"},
    {"{}{}", 0, "JSON in UTF-8"},
    {"{\"\xff\":{}}", 0, "JSON in UTF-8"},
    {R"({"\ud800":{}})", 0, "JSON in UTF-8"},
    {R"({/**/})", 0, "JSON in UTF-8"},
    {R"({"a":1e999})", 0, "JSON in UTF-8"},
    {R"({"a":1})", 0, "expected an object\n    found a number"},
    {R"({"a":null})", 0, "expected an object\n    found null"},
    {R"({"a":{}})", 0, "a tensor needs dtype, shape and data_offsets"},
    {R"({"a":{"dtype":"F32","shape":[]}})", 0, "a tensor needs dtype, shape and data_offsets"},
    {R"({"a":{"b":1}})", 0, "a tensor has the keys dtype, shape and data_offsets"},
    {R"({"a":{"dtype":1}})", 0, "expected a string\n    found a number"},
    {R"({"a":{"dtype":"F8_E5M2"}})", 0,
     "expected F64, F32, F16, BF16, I64 to I8 or U64 to U8\n    found \"F8_E5M2\""},
    {R"({"a":{"dtype":"F32","dtype":"F32"}})", 0, "a key must be given once"},
    {R"({"a":{"shape":1}})", 0, "expected an array\n    found a number"},
    {R"({"a":{"shape":{}}})", 0, "expected an array\n    found an object"},
    {R"({"a":{"shape":[[]]}})", 0, "expected a whole number from 0\n    found an array"},
    {R"({"a":{"shape":[{}]}})", 0, "expected a whole number from 0\n    found an object"},
    {R"({"a":{"shape":["1"]}})", 0, "expected a whole number from 0\n    found a string"},
    {R"({"a":{"shape":[true]}})", 0, "expected a whole number from 0\n    found a boolean"},
    {R"({"a":{"shape":[-1]}})", 0, "expected a whole number from 0\n    found a negative number"},
    {R"({"a":{"shape":[1.0]}})", 0, "expected a whole number from 0\n    found a fraction"},
    {R"({"a":{"shape":[18446744073709551616]}})", 0, "expected a whole number from 0\n    found a fraction"},
    {R"({"a":{"shape":[9223372036854775808]}})", 0, "a number is too large"},
    {R"({"a":{"shape":[1,1,1,1,1,1,1,1,1]}})", 0, "at most 8 numbers"},
    {R"({"a":{"data_offsets":[0,0,0]}})", 0, "at most 2 numbers"},
    {R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0]}})", 0, "data_offsets must be [begin, end]"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "data_offsets must be [begin, end]"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 8,
     "shape [1] of F32\n    expected 4 bytes\n    found    8 bytes"},
    {R"({"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,0]}})", 0,
     "more numbers than a machine can address"},
    {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
     "more numbers than a machine can address"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8,
     "expected begin at byte 0 of the data\n    found begin at byte 4"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
     R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
     4, "without holes and overlaps"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
     R"("b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
     12, "without holes and overlaps"},
    {R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)"
     R"("a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
     0, "a key must be given once"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 5,
     "expected 4 bytes of data\n    found 5 bytes"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3,
     "expected 4 bytes of data\n    found 3 bytes"},
    {"{}", 1, "to the end of the file"},
    {R"({"__metadata__":[]})", 0, "expected an object\n    found an array"},
    {R"({"__metadata__":{"a":1}})", 0, "expected a string\n    found a number"},
    {R"({"__metadata__":{"a":{}}})", 0, "expected a string\n    found an object"},
    {R"({"__metadata__":{"a":"","a":""}})", 0, "a key must be given once"},
    {R"({"__metadata__":{},"__metadata__":{}})", 0, "a key must be given once"},
};

}  // namespace

TEST_CASE("Names may be in another order than their data") {
  const Safetensors read = parse(file_of(kTwo, 8) + std::string(8, '\2'));
  CHECK(read.find("a")->bytes == std::vector(8, std::byte{1}));
  CHECK(read.find("b")->bytes == std::vector(8, std::byte{2}));
}

TEST_CASE("A header may have no tensors, white space, and spaces to its end") {
  CHECK(parse(file_of("{}", 0)).tensors().empty());
  CHECK(parse(file_of("{ \"__metadata__\" : {} }   \n", 0)).tensors().empty());
}

TEST_CASE("A header that breaks a rule is refused by that rule") {
  for (const BrokenHeader& it : kBroken) {
    const std::string said = complaint_about(it.header, it.data);
    CHECK_MESSAGE(contains(said, it.rule), it.header << " -> " << said);
    CHECK(contains(said, "\n    file a.safetensors"));
  }
}

TEST_CASE("A zero byte does not end the header early") {
  CHECK(contains(complaint_about(std::string("{}\0\0", 4)), "one JSON object"));
  CHECK(contains(complaint_about(std::string("{}\0[", 4)), "one JSON object"));
}

TEST_CASE("Deep nesting is refused at the first level too many") {
  CHECK(contains(complaint_about(R"({"a":{"shape":[)" + std::string(1'000'000, '[')), "found an array"));
  std::string objects;
  for (int depth = 0; depth < 100'000; ++depth) objects += R"({"a":)";
  CHECK(contains(complaint_about(objects), "keys dtype, shape and data_offsets"));
}

TEST_CASE("The number of tensors is limited") {
  std::string header = "{";
  for (int i = 0; i <= 1 << 16; ++i)
    header +=
        (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  CHECK(contains(complaint_about(header + "}"), "at most 65536 keys"));
}

TEST_CASE("The length of the header is checked against the file before memory is allocated") {
  const auto claim = [](std::uint64_t length) {
    return complaint([&] { parse(std::string(reinterpret_cast<const char*>(&length), 8) + "{}"); });
  };
  CHECK(claim(2) == "");
  CHECK(claim(3) ==
        "safetensors: the header must lie inside the file\n    file     a.safetensors\n    expected at most "
        "2 bytes\n    found    3 bytes");
  CHECK(contains(claim(UINT64_MAX), "found 18446744073709551615 bytes"));
  CHECK(contains(complaint([] { parse(""); }), "the length of its header, 8 bytes"));
  CHECK(contains(complaint([] { parse("1234567"); }), "found 7 bytes"));
}

TEST_CASE("A header beyond 100 MB is refused even if the file is as long") {
  const Folder folder;
  const std::string path = folder / "a";
  const std::uint64_t length = 100'000'001;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&length), 8);
  fs::resize_file(path, 200'000'000);  // sparse: takes no room on the disk
  CHECK(contains(complaint([&] { Safetensors::read(path); }),
                 "expected at most 100000000 bytes\n    found 100000001 bytes"));
}

TEST_CASE("Every file cut short is refused") {
  const std::string whole = file_of(kTwo, 16);
  CHECK(complaint([&] { parse(whole); }) == "");
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(complaint([&] { parse(whole.substr(0, size)); }) != "");
  CHECK(complaint([&] { parse(whole + '\0'); }) != "");
}

TEST_CASE("A hostile name is printed harmlessly and short") {
  const std::string name = std::string("\x1b[2J\xc3\xa9") + std::string(500, 'x');
  const std::string said = complaint_about("{\"\\u001b[2J\xc3\xa9" + std::string(500, 'x') + "\":1}");
  CHECK(contains(said, "\"\\x1b[2J\u00e9xxx"));
  CHECK(contains(said, "x\"..."));
  CHECK(said.size() < 300);
}
