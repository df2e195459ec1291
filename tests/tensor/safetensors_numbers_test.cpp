#include "tensor/safetensors_numbers.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/tensor/safetensors_files.h"
#include "tests/text.h"

using sand::Dtype;
using sand::Safetensors;
using sand::Scalar;
using sand::testing::blame;
using sand::testing::contains;

namespace {

constexpr bool kHoldsFloat = sizeof(Scalar) == 4;

template <class Stored>
Safetensors file_with(Dtype dtype, const std::vector<Stored>& numbers) {
  Safetensors file;
  const auto bytes = std::as_bytes(std::span(numbers));
  file.add("w", {dtype, {static_cast<sand::Index>(numbers.size())}, {bytes.begin(), bytes.end()}});
  return file;
}

/// The numbers of tensor(), or its error.
template <class Stored>
std::vector<Scalar> scalars(Dtype dtype, const std::vector<Stored>& numbers) {
  const sand::Tensor tensor = file_with(dtype, numbers).tensor("w");
  return {tensor.data(), tensor.data() + tensor.size()};
}

template <class Stored>
std::vector<std::int64_t> integers(Dtype dtype, const std::vector<Stored>& numbers) {
  return file_with(dtype, numbers).integers("w");
}

}  // namespace

TEST_CASE("Numbers of other floating-point types are accepted if all are exact") {
  CHECK(scalars(Dtype::f64, std::vector{0.5, -0x1p-149, 0x1.fffffep127}) ==
        std::vector<Scalar>{0.5, Scalar(-0x1p-149), Scalar(0x1.fffffep127)});
  CHECK(scalars(Dtype::f32, std::vector{0.1f, -3e38f}) == std::vector<Scalar>{0.1f, -3e38f});
  CHECK(scalars(Dtype::bf16, std::vector<std::uint16_t>{0, 0x3f80, 0xbf80, 0x4049, 1}) ==
        std::vector<Scalar>{0, 1, -1, Scalar(3.140625), Scalar(0x1p-133)});
}

TEST_CASE("Every F16 equals the value of its sign, exponent and fraction") {
  std::vector<std::uint16_t> every;
  for (int bits = 0; bits < 1 << 16; ++bits) every.push_back(static_cast<std::uint16_t>(bits));
  const std::vector<Scalar> read = scalars(Dtype::f16, every);
  int wrong = 0;
  for (const std::uint16_t bits : every) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31)
      value =
          fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    const double found = read[bits];
    wrong +=
        !(std::isnan(value) ? std::isnan(found) : found == std::copysign(value, bits >> 15 ? -1.0 : 1.0)) ||
        std::signbit(found) != (bits >> 15 == 1);
  }
  CHECK(wrong == 0);
}

TEST_CASE("Infinities stay infinite, and a NaN stays a NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  const std::vector<Scalar> read = scalars(Dtype::f64, std::vector{infinity, -infinity, nan});
  CHECK((read[0] == infinity && read[1] == -infinity && std::isnan(read[2])));
}

TEST_CASE("The bits of a NaN are kept if the type is Scalar's own") {
  using Bits = std::conditional_t<kHoldsFloat, std::uint32_t, std::uint64_t>;
  const Bits signalling = kHoldsFloat ? Bits(0xffa12345u) : Bits(0xfff4123456789abcu);
  const sand::Tensor tensor = file_with(sand::kScalarDtype, std::vector{signalling}).tensor("w");
  CHECK(std::memcmp(tensor.data(), &signalling, sizeof signalling) == 0);
}

TEST_CASE("An error names the first number that Scalar does not hold exactly") {
  const std::string said = blame([] { scalars(Dtype::i64, std::vector<std::int64_t>{1, INT64_MAX, 3}); });
  CHECK(contains(said, "safetensors: a number does not fit\n"));
  CHECK(contains(said, "I64 9223372036854775807 as number 1\n"));
  if (!kHoldsFloat) return;
  CHECK(
      blame([] {
        scalars(Dtype::f64, std::vector{1.0, 0.5, 0.1});
      }) ==
      "safetensors: a number does not fit\n    file     (not yet written)\n    tensor   \"w\"\n    expected "
      "F32, or what it holds exactly"
      "\n    found    F64 0.10000000000000001 as number 2"
      "\n    hint: sandgrad64 reads F64; to round on purpose, write the file anew as F32 (torch: .float())");
  for (const double wide : {0x1p-150, 0x1p128, 0x1.ffffffp127, 16777217.0})
    CHECK_MESSAGE(contains(blame([&] { scalars(Dtype::f64, std::vector{wide}); }), "a number does not fit"),
                  wide);
  CHECK(contains(blame([] {
                   scalars(Dtype::u32, std::vector<std::uint32_t>{16777216, 16777217});
                 }),
                 "U32 16777217 as number 1"));
}

TEST_CASE("Integers of every size can be labels and inputs") {
  const auto both = [](Dtype dtype, const auto& numbers) {
    std::vector<std::int64_t> expected(numbers.begin(), numbers.end());
    CHECK(integers(dtype, numbers) == expected);
    CHECK(scalars(dtype, numbers) == std::vector<Scalar>(numbers.begin(), numbers.end()));
  };
  both(Dtype::u8, std::vector<std::uint8_t>{0, 128, 255});
  both(Dtype::i8, std::vector<std::int8_t>{-128, 0, 127});
  both(Dtype::u16, std::vector<std::uint16_t>{0, 32768, 65535});
  both(Dtype::i16, std::vector<std::int16_t>{-32768, 0, 32767});
  both(Dtype::u32, std::vector<std::uint32_t>{0, 1u << 31});
  both(Dtype::i32, std::vector<std::int32_t>{INT32_MIN, 0, 7});
  both(Dtype::u64, std::vector<std::uint64_t>{0, 1u << 24});
  both(Dtype::i64, std::vector<std::int64_t>{INT64_MIN, 0, -5});
}

TEST_CASE("Labels are integers that I64 holds: fractions and larger numbers are refused") {
  CHECK(contains(blame([] { integers(Dtype::f32, std::vector{1.0f}); }),
                 "expected I64, or a smaller type of whole numbers\n    found F32\n"));
  CHECK(contains(blame([] {
                   integers(Dtype::u64, std::vector<std::uint64_t>{1, UINT64_MAX});
                 }),
                 "U64 18446744073709551615 as number 1"));
}

TEST_CASE("Every type that is read can be written beside the others, each at a multiple of its size") {
  Safetensors file;
  const std::pair<const char*, Dtype> types[] = {{"a", Dtype::u8},  {"b", Dtype::f16}, {"c", Dtype::bf16},
                                                 {"d", Dtype::i32}, {"e", Dtype::f64}, {"f", Dtype::i8},
                                                 {"g", Dtype::u16}, {"h", Dtype::u32}, {"i", Dtype::i64},
                                                 {"j", Dtype::u64}, {"k", Dtype::i16}, {"l", Dtype::f32}};
  for (const auto& [name, dtype] : types)
    file.add(name,
             {dtype,
              {3},
              std::vector<std::byte>(static_cast<std::size_t>(3 * sand::dtype_size(dtype)), std::byte{1})});
  const std::vector<std::byte> bytes = file.bytes();
  const Safetensors read = Safetensors::parse(bytes, "all");
  CHECK(read.tensors().size() == std::size(types));
  for (const auto& [name, dtype] : types) CHECK(read.find(name)->dtype == dtype);
}
