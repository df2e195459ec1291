// Our own exp, log, tanh, ...: computed in double by + - * / and fused multiply-add, so that every machine
// and compiler gives the same bits, and without branches, so that loops vectorize. A float result is the
// double result rounded once. Tested error: at most 2.5 ulp of double, 0.501 ulp of float.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "tensor/scalar.h"

namespace sand {
namespace detail {

inline constexpr double kLn2High =
    0x1.62e42fee00000p-1;  // ln 2 to 33 bits: n * kLn2High is exact for |n| < 2^20
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;  // the rest of ln 2
inline constexpr double kLog2E = 0x1.71547652b82fep+0;

/// The polynomial with these coefficients, highest power first, by Horner's rule. A fold expression, since an
/// inner loop would keep outer loops from vectorizing.
template <class... Coefficients>
inline double polynomial(double x, double highest, Coefficients... others) {
  double sum = highest;
  ((sum = std::fma(sum, x, others)), ...);
  return sum;
}

/// (e^r - 1 - r) / r^2 for |r| <= ln2 / 2: the Taylor series sum r^k / (k + 2)!. The first omitted term is
/// below 1e-18.
inline double exp_tail(double r) {
  return polynomial(r, 1.0 / 87178291200.0, 1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0,
                    1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0,
                    1.0 / 24.0, 1.0 / 6.0, 1.0 / 2.0);
}

/// 2^n for integer n in [-1022, 1023], by writing the exponent field.
inline double power_of_two(double n) {
  // Adding 2^52 + 2^51 leaves n in the low bits of the significand: a conversion that vectorizes.
  const std::uint64_t low_bits = std::bit_cast<std::uint64_t>(n + 0x1.8p52);
  return std::bit_cast<double>((low_bits + 1023) << 52);
}

/// x = n ln2 + r with integer n and |r| <= ln2 / 2. `r_low` is the rounding error of r.
struct Reduced {
  double n, r, r_low;
};
inline Reduced reduce(double x) {
  const double n = (x * kLog2E + 0x1.8p52) - 0x1.8p52;  // to the nearest integer
  const double high = std::fma(-n, kLn2High, x);
  const double r = std::fma(-n, kLn2Low, high);
  return {n, r, std::fma(-n, kLn2Low, high - r)};
}

/// Keeps NaN: a comparison with NaN is false, so x itself is returned.
inline double clamp(double x, double low, double high) { return x < low ? low : (x > high ? high : x); }

}  // namespace detail

/// e^x. Overflows to infinity above 709.78; results below 2^-1022 keep their subnormal bits.
inline double exp(double x) {
  const detail::Reduced a = detail::reduce(detail::clamp(x, -746.0, 710.0));
  const double e = 1.0 + (a.r + (a.r_low + a.r * a.r * detail::exp_tail(a.r)));
  // Scales in two steps, since 2^n can be out of range although e^x is not.
  const double half = (a.n * 0.5 + 0x1.8p52) - 0x1.8p52;
  return e * detail::power_of_two(half) * detail::power_of_two(a.n - half);
}

namespace detail {

/// e^x - 1 for x <= 709, without cancellation near 0.
inline double expm1_in_range(double x) {
  const Reduced a = reduce(clamp(x, -60.0, 709.0));
  const double p = a.r + (a.r_low + a.r * a.r * exp_tail(a.r));  // e^r - 1
  const double scale = power_of_two(a.n);
  const double y = std::fma(scale, p, scale - 1.0);
  return x == 0.0 ? x : y;  // keeps the sign of zero
}

}  // namespace detail

/// e^x - 1 without cancellation near 0.
inline double expm1(double x) { return x > 60.0 ? sand::exp(x) : detail::expm1_in_range(x); }

/// ln x; -infinity at 0, NaN below.
inline double log(double x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool subnormal = x < 0x1p-1022;
  const double scaled = subnormal ? x * 0x1p54 : x;
  // x = 2^n m with m in [sqrt(1/2), sqrt(2)): subtracting the bits of sqrt(1/2) makes the exponent round to
  // nearest.
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcdULL;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(scaled);
  const std::uint64_t shifted = bits - kRootHalf;
  // n as a double: puts n + 1024 into the significand of 2^52, then subtracts both constants.
  const std::uint64_t biased = ((shifted >> 52) + 1024) & 0xfff;
  const double n =
      std::bit_cast<double>(biased | 0x4330000000000000ULL) - (0x1p52 + 1024.0) - (subnormal ? 54.0 : 0.0);
  const double m = std::bit_cast<double>((shifted & 0x000fffffffffffffULL) + kRootHalf);
  // ln m = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...), s = f / (2 + f), |s| <= 0.172. The sum is arranged
  // around f - f^2/2: the term f is exact, so only small terms are rounded.
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double series = detail::polynomial(z, 2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15,
                                           2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3);
  const double half_square = 0.5 * f * f;
  const double correction = std::fma(s, half_square + z * series, n * detail::kLn2Low);
  const double y = n * detail::kLn2High + (f - (half_square - correction));
  const double finite = x == infinity ? infinity : y;
  return x > 0.0 ? finite : (x == 0.0 ? -infinity : std::numeric_limits<double>::quiet_NaN());
}

/// ln(1 + x) without cancellation near 0: corrects for the rounding of 1 + x (Kahan).
inline double log1p(double x) {
  const double u = 1.0 + x;
  const double lost = u >= 2.0 ? 1.0 - (u - x) : x - (u - 1.0);
  const double y = sand::log(u) + (u == 0.0 ? 0.0 : lost / u);
  return x == 0.0 || u == std::numeric_limits<double>::infinity() ? x : y;
}

/// tanh x = (e^2x - 1) / (e^2x + 1).
inline double tanh(double x) {
  const double e =
      detail::expm1_in_range(2.0 * detail::clamp(std::fabs(x), 0.0, 20.0));  // tanh 20 rounds to 1
  const double y = std::copysign(e / (e + 2.0), x);
  return x == x ? y : x;
}

/// 1 / (1 + e^-x), by way of e^-|x|, which cannot overflow.
inline double sigmoid(double x) {
  const double e = sand::exp(-std::fabs(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

/// The softplus ln(1 + e^x), by way of e^-|x|, which cannot overflow.
inline double softplus(double x) { return (x > 0.0 ? x : 0.0) + sand::log1p(sand::exp(-std::fabs(x))); }

inline float exp(float x) { return static_cast<float>(sand::exp(static_cast<double>(x))); }
inline float log(float x) { return static_cast<float>(sand::log(static_cast<double>(x))); }
inline float log1p(float x) { return static_cast<float>(sand::log1p(static_cast<double>(x))); }
inline float tanh(float x) { return static_cast<float>(sand::tanh(static_cast<double>(x))); }
inline float sigmoid(float x) { return static_cast<float>(sand::sigmoid(static_cast<double>(x))); }
inline float softplus(float x) { return static_cast<float>(sand::softplus(static_cast<double>(x))); }

}  // namespace sand
