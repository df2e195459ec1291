#include "tensor/safetensors_numbers.h"

#include <bit>
#include <cstdio>
#include <cstring>
#include <functional>
#include <type_traits>
#include <utility>

namespace sand {
namespace {

float of_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
float of_f16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31u, fraction = bits & 0x3ffu;
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(0x1p-24f * static_cast<float>(fraction));
  const std::uint32_t normal = (exponent == 31 ? 255 : exponent + (127 - 15)) << 23 | fraction << 13;
  return std::bit_cast<float>(sign | (exponent == 0 ? subnormal : normal));
}

template <class Stored, class Number>
bool same(Stored stored, Number number) {
  if constexpr (std::is_integral_v<Number>)
    return std::cmp_equal(stored, number);
  else  // long double holds every number of every type
    return static_cast<long double>(stored) == static_cast<long double>(number) || stored != stored;
}

template <class Stored>
std::string text(Stored number) {
  if constexpr (std::is_integral_v<Stored>) return std::to_string(number);
  char digits[40];
  std::snprintf(digits, sizeof digits, "%.17g", static_cast<double>(number));
  return digits;
}

/// Converts numbers stored as `Stored`, after decode().
template <class Stored, class Number, class Decode = std::identity>
std::string copy(const StoredTensor& from, std::span<Number> numbers, Decode decode = {}) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, from.bytes.data() + i * sizeof stored, sizeof stored);
    numbers[i] = static_cast<Number>(decode(stored));
    if (!same(decode(stored), numbers[i]))
      return std::string(dtype_name(from.dtype)) + " " + text(decode(stored)) + " as number " +
             std::to_string(i);
  }
  return "";
}

template <class Number>
std::string copy_whole(const StoredTensor& from, std::span<Number> numbers) {
  switch (from.dtype) {
    case Dtype::i64: return copy<std::int64_t>(from, numbers);
    case Dtype::i32: return copy<std::int32_t>(from, numbers);
    case Dtype::i16: return copy<std::int16_t>(from, numbers);
    case Dtype::i8: return copy<std::int8_t>(from, numbers);
    case Dtype::u64: return copy<std::uint64_t>(from, numbers);
    case Dtype::u32: return copy<std::uint32_t>(from, numbers);
    case Dtype::u16: return copy<std::uint16_t>(from, numbers);
    case Dtype::u8: return copy<std::uint8_t>(from, numbers);
    default: return std::string(dtype_name(from.dtype));
  }
}

}  // namespace

std::string copy_exactly(const StoredTensor& stored, std::span<Scalar> numbers) {
  switch (stored.dtype) {
    case Dtype::f64: return copy<double>(stored, numbers);
    case Dtype::f32: return copy<float>(stored, numbers);
    case Dtype::f16: return copy<std::uint16_t>(stored, numbers, of_f16);
    case Dtype::bf16: return copy<std::uint16_t>(stored, numbers, of_bf16);
    default: return copy_whole(stored, numbers);
  }
}

std::string copy_exactly(const StoredTensor& stored, std::span<std::int64_t> numbers) {
  return copy_whole(stored, numbers);
}

}  // namespace sand
