// a b + c rounded once, for machines without such an instruction (WebAssembly). The C library's fmaf is no
// substitute: musl's rounds some subnormal results twice.
#pragma once

#include <bit>
#include <cstdint>

namespace sand::kernels {
namespace {

/// The product of two floats is exact in double; only the sum can be rounded. Rounded to odd (Boldo and
/// Melquiond 2008), it keeps on which side of every float, and of every middle between two floats, the exact
/// sum lies. So the second rounding, to float, gives the float nearest to the exact sum. Infinities and NaN
/// pass.
[[maybe_unused]] inline float software_fma(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b), addend = c;
  const double sum = product + addend;
  const double back = sum - product;  // sum + lost is the exact sum (Knuth's TwoSum)
  const double lost = (product - (sum - back)) + (addend - back);
  const bool inexact = lost < 0 || lost > 0;
  const bool too_large = (lost < 0) == (sum > 0);  // in magnitude
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(sum);
  const std::uint64_t odd = (bits - static_cast<std::uint64_t>(too_large)) | 1;
  return static_cast<float>(std::bit_cast<double>(inexact ? odd : bits));
}

}  // namespace
}  // namespace sand::kernels
