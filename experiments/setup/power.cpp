#include "experiments/setup/power.h"

#include <array>
#include <cmath>
#include <cstddef>

#include "tensor/elementary.h"

namespace sand::experiments {
namespace {

/// A number as a sum of two doubles, the second at most half a unit of the first one's last place.
struct TwoParts {
  double high, low;
};

TwoParts product(const TwoParts& a, const TwoParts& b) {
  const double high = a.high * b.high;
  const double rest = std::fma(a.high, b.high, -high) + std::fma(a.high, b.low, a.low * b.high);
  return {high + rest, rest - ((high + rest) - high)};
}

constexpr int kParts = 128;

/// 2^(i / 128), i = 0 .. 127.
const std::array<TwoParts, kParts>& roots_of_2() {
  static const std::array<TwoParts, kParts> table = [] {
    constexpr TwoParts kRoot = {0x1.0163da9fb3335p+0, 0x1.b61299ab8cdb7p-54};
    std::array<TwoParts, kParts> powers{TwoParts{1, 0}};
    for (std::size_t i = 1; i < kParts; ++i) powers[i] = product(powers[i - 1], kRoot);
    return powers;
  }();
  return table;
}

/// base^x, the logarithm of the base in two parts.
double power(const TwoParts& log_of_base, double x) {
  const double y = x * log_of_base.high;
  const double y_low = std::fma(x, log_of_base.low, std::fma(x, log_of_base.high, -y));
  const double n = std::fma(detail::kLog2E * kParts, y, 0x1.8p52) - 0x1.8p52;  // to the nearest integer
  const double r =
      std::fma(n, -0x1.cf79abc9e3b39p-47, std::fma(n, -0x1.62e42fefa0000p-8, y)) + y_low;  // y - n ln2 / 128
  const double whole = std::floor(n / kParts);
  const TwoParts& root = roots_of_2()[static_cast<std::size_t>(n - whole * kParts)];
  const double r2 = r * r;
  // e^r - 1 - r for |r| <= ln2 / 256, in the order of operations that decides the last bit
  const double low_terms = std::fma(r, 0x1.555555555543cp-3, 0x1.ffffffffffdbdp-2),
               high_terms = std::fma(r, 0x1.1111167a4d017p-7, 0x1.55555cf172b91p-5);
  const double p = std::fma(r2 * r2, high_terms, std::fma(r2, low_terms, root.low / root.high + r));
  const double scale = root.high * detail::power_of_two(whole);
  return std::fma(scale, p, scale);
}

}  // namespace

double power_of_10(double x) { return power({0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53}, x); }
double power_of_2(double x) { return power({0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}, x); }

}  // namespace sand::experiments
