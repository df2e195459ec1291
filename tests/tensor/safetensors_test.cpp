#include "tensor/safetensors.h"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include "tests/folder.h"
#include "tests/tensor/safetensors_files.h"

using sand::Dtype;
using sand::Safetensors;
using sand::Scalar;
using namespace sand::testing;

namespace {

template <class Number>
std::vector<std::byte> as_stored(std::initializer_list<Number> numbers) {
  const auto bytes = std::as_bytes(std::span(numbers.begin(), numbers.size()));
  return {bytes.begin(), bytes.end()};
}

/// The bytes of a file as `write` makes it.
std::string written(const Safetensors& tensors) {
  const Folder folder;
  tensors.write(folder / "a");
  return text_of(folder / "a");
}

}  // namespace

TEST_CASE("A written file follows the format byte for byte") {
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

TEST_CASE("Equal content gives equal bytes, for any order of adding") {
  Safetensors one, other;
  one.add("a", {Dtype::f32, {3}, as_stored({1.0f, 2.0f, 3.0f})});
  one.add("b", {Dtype::f64, {}, as_stored({4.0})});
  other.add("b", {Dtype::f64, {}, as_stored({4.0})});
  other.add("a", {Dtype::f32, {3}, as_stored({1.0f, 2.0f, 3.0f})});
  CHECK(written(one) == written(other));
}

TEST_CASE("Written tensors are read back bit for bit") {
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

TEST_CASE("An error names a missing tensor and lists the present ones") {
  Safetensors tensors;
  CHECK(contains(complaint([&] { tensors.tensor("w"); }), "expected \"w\"\n    found none"));
  tensors.add("a", std::vector<std::int64_t>{});
  tensors.add("b", std::vector<std::int64_t>{});
  CHECK(contains(complaint([&] { tensors.tensor("w"); }), "expected \"w\"\n    found \"a\", \"b\""));
}

TEST_CASE("A tensor of five axes is kept as bytes but cannot become a Tensor") {
  Safetensors tensors;
  tensors.add("w", {sand::kScalarDtype, {1, 1, 1, 1, 1}, as_stored({Scalar{1}})});
  CHECK(parse(written(tensors)).find("w")->shape.size() == 5);
  CHECK(contains(complaint([&] { tensors.tensor("w"); }), "at most four axes"));
}

TEST_CASE("Content that cannot be read back is refused for writing") {
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
