#include "domains/tables/arrays.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/domains/tables/tables.h"
#include "tests/folder.h"
#include "tests/tensor/npy_files.h"

using sand::Dtype;
using sand::Fault;
using sand::Index;
using sand::Safetensors;
using sand::Scalar;
using sand::StoredTensor;
using sand::domains::Arrays;
using sand::domains::arrays;
using sand::domains::ArraysOptions;
using sand::domains::DataSet;
using sand::domains::TableTask;
using namespace sand::testing;

namespace {

using Numbers = std::vector<Scalar>;

template <class Number>
StoredTensor stored(Dtype dtype, std::vector<Index> shape, const std::vector<Number>& numbers) {
  StoredTensor tensor{dtype, std::move(shape), std::vector<std::byte>(numbers.size() * sizeof(Number))};
  std::memcpy(tensor.bytes.data(), numbers.data(), tensor.bytes.size());
  return tensor;
}

StoredTensor whole(const std::vector<std::int64_t>& numbers) {
  return stored(Dtype::i64, {static_cast<Index>(numbers.size())}, numbers);
}

/// Four examples in two domains.
Arrays four() {
  return {stored<float>(Dtype::f32, {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), whole({1, 0, 0, 1}),
          whole({5, 3, 5, 3})};
}

std::string array_refusal(Arrays tensors, const ArraysOptions& options = {}) {
  try {
    arrays(std::move(tensors), "a.safetensors", options);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == Fault::data);
    return squeezed(error.what());
  }
  return "";
}

/// A folder of .npy files with four examples in two domains.
struct ArrayFolder : Folder {
  ArrayFolder() {
    write("x", npy_of(npy_header("<f4", "(4, 2)"), as_text<float>({1, 2, 3, 4, 5, 6, 7, 8})));
    write("y", npy_of(npy_header("|u1", "(4,)"), std::string("\1\0\0\1", 4)));
    write("domain", npy_of(npy_header("<i4", "(4,)"), as_text<std::int32_t>({5, 3, 5, 3})));
  }
  void write(const std::string& name, const std::string& file) const {
    write_file(path / (name + ".npy"), file);
  }
  std::string refusal(const ArraysOptions& options = {}) const {
    try {
      arrays(path, options);
    } catch (const sand::Error& error) {
      std::string text = std::to_string(static_cast<int>(error.fault())) + " " + squeezed(error.what());
      for (std::size_t at; (at = text.find(path.string())) != std::string::npos;)
        text.replace(at, path.string().size(), "FOLDER");
      return text;
    }
    return "";
  }
};

}  // namespace

TEST_CASE("Arrays give a domain for each number, with the examples in their order") {
  const DataSet data = arrays(four(), "a.safetensors");
  REQUIRE(data.domains.size() == 2);
  CHECK(data.domains[0].name == "3");
  CHECK(data.domains[1].name == "5");
  CHECK(data.domains[0].labels == std::vector<std::int32_t>{0, 1});
  CHECK(data.domains[1].labels == std::vector<std::int32_t>{1, 0});
  CHECK(data.class_names == std::vector<std::string>{"0", "1"});
  CHECK(data.classes == 2);
  CHECK(data.example == sand::Shape{2});
  CHECK(data.source == "4 examples from a.safetensors");
  CHECK(example_of(data, 0, 0) == Numbers{3, 4});
  CHECK(example_of(data, 1, 1) == Numbers{5, 6});
}

TEST_CASE("Labels that do not count from 0 are numbered in ascending order") {
  Arrays tensors = four();
  tensors.y = whole({7, -2, 7, 9});
  const DataSet data = arrays(tensors, "a.safetensors");
  CHECK(data.class_names == std::vector<std::string>{"-2", "7", "9"});
  CHECK(data.domains[1].labels == std::vector<std::int32_t>{1, 1});
}

TEST_CASE("Images of bytes are divided by 255, and doubles are rounded") {
  Arrays tensors = four();
  tensors.x = stored<std::uint8_t>(Dtype::u8, {4, 1, 1, 2}, {0, 255, 51, 102, 0, 0, 1, 1});
  const DataSet images = arrays(tensors, "a.safetensors");
  CHECK(images.example == sand::Shape{1, 1, 2});
  CHECK(example_of(images, 1, 0) == Numbers{0, 1});
  CHECK(example_of(images, 0, 0) == Numbers{Scalar{51} / 255, Scalar{102} / 255});
  tensors.x = stored<double>(Dtype::f64, {4, 1}, {0.1, 0.2, 0.3, 0.4});
  CHECK(example_of(arrays(tensors, "a.safetensors"), 0, 1) == Numbers{static_cast<Scalar>(0.4)});
}

TEST_CASE("Arrays for regression have numbers to predict, whole ones or not") {
  Arrays tensors = four();
  tensors.y = stored<float>(Dtype::f32, {4}, {0.5, 1, 1.5, 2});
  const DataSet data = arrays(tensors, "a.safetensors", {.task = TableTask::regress});
  CHECK(data.classes == 0);
  CHECK(data.class_names.empty());
  CHECK(data.domains[0].labels.empty());
  CHECK(data.domains[0].values == Numbers{1, 2});
  tensors.y = whole({4, 4, 4, 5});
  CHECK(arrays(tensors, "a.safetensors", {.task = TableTask::regress}).domains[0].values == Numbers{4, 5});
}

TEST_CASE("Arrays may have several numbers, or labels, for each example") {
  Arrays tensors = four();
  tensors.y = stored<float>(Dtype::f32, {4, 2}, {0, 1, 1, 1, 0, 0, 1, 0});
  for (const TableTask task : {TableTask::regress, TableTask::multilabel}) {
    const DataSet data = arrays(tensors, "a.safetensors", {.task = task});
    CHECK(data.task == task);
    CHECK(data.classes == 0);
    CHECK(data.target_names == std::vector<std::string>{"0", "1"});
    CHECK(data.domains[1].targets == 2);
    CHECK(data.domains[1].size() == 2);
    CHECK(data.domains[1].values == Numbers{0, 1, 0, 0});
  }
  CHECK(contains(array_refusal(tensors), "hint: --task regress predicts several numbers, --task multilabel"));
  tensors.y = stored<float>(Dtype::f32, {4}, {0, 1, 0.5, 1});
  CHECK(array_refusal(tensors, {.task = TableTask::multilabel}) ==
        "arrays: a label must be 0 or 1\n file a.safetensors\n tensor y\n example 2\n found 0.5\n "
        "hint: --task regress predicts other numbers");
  CHECK(contains(array_refusal(tensors), "found F32\n hint: --task regress predicts other numbers"));
  for (const std::vector<Index>& shape : {std::vector<Index>{3, 2}, {4, 0}, {4, 1, 1}}) {
    Index size = 1;
    for (const Index axis : shape) size *= axis;
    tensors.y = stored<float>(Dtype::f32, shape, std::vector<float>(static_cast<std::size_t>(size)));
    CHECK(contains(array_refusal(tensors, {.task = TableTask::regress}), "expected [4] or [4, d]"));
  }
}

TEST_CASE("Inputs that are no vectors or images, or of another type, are refused") {
  const std::string rule =
      "arrays: the inputs must be vectors or images\n file a.safetensors\n tensor x\n expected "
      "F32, F64 or U8, [n, d] or [n, c, h, w]\n found ";
  const std::string hint =
      "\n hint: numpy: .reshape(n, -1) makes vectors, .astype('float32') changes the type";
  Arrays tensors = four();
  tensors.x.shape = {8};
  CHECK(array_refusal(tensors) == rule + "F32 [8]" + hint);
  tensors.x.shape = {2, 2, 2};
  CHECK(array_refusal(tensors) == rule + "F32 [2, 2, 2]" + hint);
  tensors.x = stored<std::int32_t>(Dtype::i32, {4, 1}, {1, 2, 3, 4});
  CHECK(array_refusal(tensors) == rule + "I32 [4, 1]" + hint);
  tensors.x = stored<float>(Dtype::f32, {4, 0}, {});
  CHECK(array_refusal(tensors) ==
        "arrays: every axis must have a size of 1 or more, the first one at most 2^31\n file a.safetensors\n "
        "tensor "
        "x\n found F32 [4, 0]");
}

TEST_CASE("Inputs that are not finite are refused by example and number") {
  Arrays tensors = four();
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  tensors.x = stored<float>(Dtype::f32, {4, 2}, {1, 2, 3, 4, 5, nan, 7, 8});
  CHECK(array_refusal(tensors) ==
        "arrays: an input is not finite\n file a.safetensors\n tensor x\n example 2\n number 1\n found NaN\n "
        "hint: leave the example out, or put another number in its place");
  tensors.x = stored<float>(Dtype::f32, {4, 2}, {1, 2, 3, 4, 5, 6, -infinity, 8});
  CHECK(
      contains(array_refusal(tensors), "example 3\n number 0\n found infinity, or more than a float holds"));
  tensors.x = stored<double>(Dtype::f64, {4, 1}, {1, 1e300, 2, 3});
  CHECK((array_refusal(tensors) == "") == (sizeof(Scalar) == 8));
}

TEST_CASE("Labels and domains must be whole numbers, one for each example") {
  Arrays tensors = four();
  tensors.y = whole({1, 0, 0});
  CHECK(array_refusal(tensors) ==
        "arrays: there must be one number for each example\n file a.safetensors\n tensor y\n expected [4]\n "
        "found I64 "
        "[3]\n hint: x, y and domain have the same examples in the same order");
  tensors = four();
  tensors.domain.shape = {2, 2};
  CHECK(contains(array_refusal(tensors), "tensor domain\n expected [4]\n found I64 [2, 2]"));
  tensors = four();
  tensors.domain = stored<float>(Dtype::f32, {4}, {0, 1, 0, 1});
  CHECK(array_refusal(tensors) ==
        "arrays: whole numbers are needed\n file a.safetensors\n tensor domain\n found F32\n hint: numpy: "
        ".astype('int64')");
  tensors = four();
  tensors.y = whole({3, 3, 3, 3});
  CHECK(array_refusal(tensors) ==
        "arrays: all examples have one label: there is nothing to learn\n file a.safetensors\n tensor y\n "
        "found 3\n hint: is it the right tensor?");
}

TEST_CASE("Too many domains and classes are refused, and so are targets that are not finite") {
  std::vector<std::int64_t> numbers;
  for (int i = 0; i < 4097; ++i) numbers.push_back(i);
  Arrays tensors{stored<std::uint8_t>(Dtype::u8, {4097, 1}, std::vector<std::uint8_t>(4097)), whole(numbers),
                 whole(numbers)};
  CHECK(array_refusal(tensors) ==
        "arrays: too many different numbers\n file a.safetensors\n tensor domain\n expected at most 4096\n "
        "hint: is it the right tensor? --task regress predicts numbers");
  for (std::int64_t& number : numbers) number %= 1001;
  tensors.domain = whole(numbers);
  CHECK(contains(array_refusal(tensors), "tensor y\n expected at most 1000"));
  tensors = four();
  tensors.y = stored<float>(Dtype::f32, {4}, {0, 1, std::nanf(""), 1});
  CHECK(array_refusal(tensors, {.task = TableTask::regress}) ==
        "arrays: a number to predict is not finite\n file a.safetensors\n tensor y\n example 2\n hint: leave "
        "the example out, or put another number in its place");
}

TEST_CASE("A file of arrays must have all three tensors and fit into memory") {
  const Folder folder;
  const std::string path = folder / "a.safetensors";
  Safetensors file;
  file.add("x", four().x);
  file.add("y", four().y);
  file.write(path);
  CHECK_THROWS_WITH_AS(arrays(path), doctest::Contains("a tensor is missing"), sand::Error);
  file.add("domain", four().domain);
  file.write(path);
  const DataSet data = arrays(path);
  CHECK(data.files == std::vector<std::filesystem::path>{path});
  CHECK(data.domains[1].labels == std::vector<std::int32_t>{1, 0});
  CHECK_THROWS_WITH_AS(arrays(path, {.memory = 10}),
                       doctest::Contains("arrays: the file does not fit into memory"), sand::Error);
  CHECK_THROWS_WITH_AS(arrays(folder / "b"), doctest::Contains("there is no such file"), sand::Error);
}

TEST_CASE("A folder of arrays gives the same data set as a file of tensors") {
  const ArrayFolder folder;
  for (const std::filesystem::path& path : {folder.path, folder.path / ""}) {
    const DataSet data = arrays(path);
    CHECK(data.source == "4 examples from " + folder.path.string());
    REQUIRE(data.files.size() == 3);
    CHECK(data.files[0].filename() == "x.npy");
    CHECK(data.files[1].filename() == "y.npy");
    CHECK(data.files[2].filename() == "domain.npy");
    CHECK(data.domains[0].name == "3");
    CHECK(data.domains[0].labels == std::vector<std::int32_t>{0, 1});
    CHECK(example_of(data, 1, 1) == Numbers{5, 6});
  }
}

TEST_CASE("An error about arrays in a folder names the file of the tensor") {
  const ArrayFolder folder;
  folder.write("y", npy_of(npy_header("<i8", "(3,)"), std::string(24, '\0')));
  CHECK(folder.refusal() ==
        "65 arrays: there must be one number for each example\n file FOLDER/y.npy\n expected [4]\n found I64 "
        "[3]\n hint: x, y and domain have the same examples in the same order");
  folder.write("y", "no array");
  CHECK(contains(folder.refusal(), "65 npy: "));
  std::filesystem::remove(folder.path / "y.npy");
  CHECK(folder.refusal() ==
        "66 arrays: the folder lacks a file\n folder FOLDER\n expected x.npy, y.npy and domain.npy\n missing "
        "y.npy\n found domain.npy, x.npy\n hint: in Python: numpy.save('y.npy', ARRAY)");
}

TEST_CASE("Arrays that do not fit into memory with their labels are refused before they are read") {
  const ArrayFolder folder;
  CHECK(folder.refusal({.memory = 1 << 20}).empty());
  CHECK(contains(folder.refusal({.memory = 100}),
                 "69 arrays: the file does not fit into memory\n file FOLDER"));
  constexpr std::uint64_t kNeeded = 4 * (8 + 8 + 8 + 48);  // x, y and domain, and 48 bytes an example
  CHECK_THROWS_WITH_AS(arrays(four(), "a", {.memory = kNeeded - 1}),
                       doctest::Contains("arrays: the file does not fit into memory"), sand::Error);
  CHECK(arrays(four(), "a", {.memory = kNeeded}).domains.size() == 2);
}

TEST_CASE("Labels that do not count from 0 are told with their numbers") {
  std::vector<std::string> told;
  const ArraysOptions options{.note = [&](const std::string& line) { told.push_back(line); }};
  arrays(four(), "a", options);
  CHECK(told.empty());
  Arrays tensors = four();
  tensors.y = whole({1, 2, 2, 1});
  arrays(tensors, "a", options);
  CHECK(told == std::vector<std::string>{"classes: 0 = 1, 1 = 2"});
}
