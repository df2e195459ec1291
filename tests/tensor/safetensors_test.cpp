#include "tensor/safetensors.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "tensor/error.h"
#include "tests/folder.h"
#include "tests/text.h"

using sand::Dtype;
using sand::Safetensors;
using sand::Scalar;
using sand::testing::bytes_of;
using sand::testing::contains;
using sand::testing::Folder;

namespace {

namespace fs = std::filesystem;

template <class Number>
std::vector<std::byte> as_stored(std::initializer_list<Number> numbers) {
  const auto bytes = std::as_bytes(std::span(numbers.begin(), numbers.size()));
  return {bytes.begin(), bytes.end()};
}

/// The bytes of a file with this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(data, '\1');
}

Safetensors parse(const std::string& file) { return Safetensors::parse(bytes_of(file), "a.safetensors"); }

/// What a call says when it throws, "" when it does not.
template <class Call>
std::string complaint(Call call) {
  try {
    call();
  } catch (const sand::Error& error) {
    return error.what();
  }
  return "";
}

/// What parsing says of a header; only errors that blame the data count.
std::string complaint_about(const std::string& header, std::size_t data = 0) {
  try {
    parse(file_of(header, data));
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::data);
    return error.what();
  }
  return "";
}

/// The bytes of a file as `write` makes it.
std::string written(const Safetensors& tensors) {
  const Folder folder;
  tensors.write(folder / "a");
  std::ifstream file(folder / "a", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string kTwo =
    R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})";

}  // namespace

TEST_CASE("A written file is, byte for byte, what the format says") {
  Safetensors tensors;
  tensors.add("w", {Dtype::f32, {1, 2}, as_stored({1.0f, -2.0f})});
  tensors.add("steps", std::vector<std::int64_t>{7});
  tensors.metadata["program"] = "sand";
  const std::string header =
      R"({"__metadata__":{"program":"sand"},"steps":{"data_offsets":[0,8],"dtype":"I64","shape":[1]},)"
      R"("w":{"data_offsets":[8,16],"dtype":"F32","shape":[1,2]}})";
  const std::string padded = header + std::string(7 - (header.size() + 7) % 8, ' ');
  const std::string data{"\7\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\xc0", 16};
  CHECK(padded.size() % 8 == 0);
  CHECK(written(tensors) == file_of(padded, 0) + data);
}

TEST_CASE("Equal content makes equal bytes, in whatever order it was added") {
  Safetensors one, other;
  one.add("a", {Dtype::f32, {3}, as_stored({1.0f, 2.0f, 3.0f})});
  one.add("b", {Dtype::f64, {}, as_stored({4.0})});
  other.add("b", {Dtype::f64, {}, as_stored({4.0})});
  other.add("a", {Dtype::f32, {3}, as_stored({1.0f, 2.0f, 3.0f})});
  CHECK(written(one) == written(other));
}

TEST_CASE("What was written is read back to the last bit") {
  sand::Tensor numbers({2, 3});
  numbers[0] = std::numeric_limits<Scalar>::quiet_NaN();
  numbers[1] = -std::numeric_limits<Scalar>::infinity();
  numbers[2] = -Scalar{0};
  numbers[3] = std::numeric_limits<Scalar>::denorm_min();
  const std::vector<std::int64_t> integers = {0, -1, INT64_MIN, INT64_MAX};
  Safetensors tensors;
  tensors.add("numbers", numbers);
  tensors.add("none", sand::Tensor({0, 5}));
  tensors.add("one", sand::Tensor(sand::Shape{}));
  tensors.add("integers", integers);
  tensors.add(" \"\\\n\t\xc3\xa9", integers);
  tensors.metadata[""] = "two\nlines";

  const Safetensors read = parse(written(tensors));
  const sand::Tensor back = read.tensor("numbers");
  CHECK(back.shape() == numbers.shape());
  CHECK(std::memcmp(back.data(), numbers.data(), 6 * sizeof(Scalar)) == 0);
  CHECK(read.tensor("none").shape() == sand::Shape{0, 5});
  CHECK(read.tensor("one").shape() == sand::Shape{});
  CHECK(read.integers("integers") == integers);
  CHECK(read.integers(" \"\\\n\t\xc3\xa9") == integers);
  CHECK(read.metadata == tensors.metadata);
  CHECK(read.tensors().size() == 5);
  CHECK(read.find("other") == nullptr);
}

TEST_CASE("Names may stand in another order than their data") {
  const Safetensors read = parse(file_of(kTwo, 8) + std::string(8, '\2'));
  CHECK(read.find("a")->bytes == std::vector(8, std::byte{1}));
  CHECK(read.find("b")->bytes == std::vector(8, std::byte{2}));
}

TEST_CASE("A header may have no tensors, white space, and spaces to its end") {
  CHECK(parse(file_of("{}", 0)).tensors().empty());
  CHECK(parse(file_of("{ \"__metadata__\" : {} }   \n", 0)).tensors().empty());
}

TEST_CASE("A header that breaks a rule is refused by that rule") {
  struct Case {
    const char* header;
    std::size_t data;
    const char* rule;
  };
  const Case cases[] = {
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
      {R"({"a":{"shape":[18446744073709551616]}})", 0,
       "expected a whole number from 0\n    found a fraction"},
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
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       4, "without holes and overlaps"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
       12, "without holes and overlaps"},
      {R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
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
  for (const Case& it : cases) {
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

TEST_CASE("The length of the header is checked against the file before memory is taken for it") {
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

TEST_CASE("A header beyond 100 MB is refused even where the file is as long") {
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

TEST_CASE("A tensor that is missing is named beside those there are") {
  Safetensors tensors;
  CHECK(contains(complaint([&] { tensors.tensor("w"); }), "expected \"w\"\n    found none"));
  tensors.add("a", std::vector<std::int64_t>{});
  tensors.add("b", std::vector<std::int64_t>{});
  CHECK(contains(complaint([&] { tensors.tensor("w"); }), "expected \"w\"\n    found \"a\", \"b\""));
}

TEST_CASE("A tensor of five axes is kept as bytes, but is no Tensor") {
  Safetensors tensors;
  tensors.add("w", {sand::kScalarDtype, {1, 1, 1, 1, 1}, as_stored({Scalar{1}})});
  CHECK(parse(written(tensors)).find("w")->shape.size() == 5);
  CHECK(contains(complaint([&] { tensors.tensor("w"); }), "at most four axes"));
}

TEST_CASE("Only what can be read back is accepted for writing") {
  Safetensors tensors;
  tensors.add("a", std::vector<std::int64_t>{1});
  const auto add = [&](const char* name, sand::StoredTensor tensor) {
    return complaint([&] { tensors.add(name, std::move(tensor)); });
  };
  CHECK(contains(add("a", {Dtype::f32, {0}, {}}), "a name must be new\n    tensor \"a\""));
  CHECK(contains(add("__metadata__", {Dtype::f32, {0}, {}}), "a name must be new"));
  CHECK(contains(add("b", {Dtype::f32, {2}, as_stored({1.0f})}), "shape [2] of F32\n    found 4 bytes"));
  CHECK(contains(add("b", {Dtype::f32, {-1, -1}, as_stored({1.0f})}), "shape [-1, -1] of F32"));
  CHECK(contains(add("b", {Dtype::f32, std::vector<sand::Index>(9, 1), as_stored({1.0f})}),
                 "at most eight axes"));
  CHECK(contains(complaint([&] { tensors.add("b", sand::TensorView()); }), "a view of nothing"));
  CHECK(tensors.tensors().size() == 1);
  tensors.add("\xff", std::vector<std::int64_t>{1});
  CHECK(contains(complaint([&] { written(tensors); }), "names and metadata must be UTF-8"));
}
