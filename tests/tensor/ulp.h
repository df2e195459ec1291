// Errors in units of the last place, against long double or 200 exact bits.
#pragma once

#include <mpfr.h>

#include <algorithm>
#include <cmath>

namespace sand::testing {

/// The last place of a number of `digits` bits near `exact`; numbers below the normal ones share the `least`
/// exponent.
struct Format {
  int digits, least;
};
constexpr Format kDouble = {53, -1074}, kFloat = {24, -149};

/// |found - exact| in units of the last place of the format.
inline double error_in_ulp(double found, long double exact, Format format) {
  const int last = exact == 0 ? format.least : std::max(std::ilogb(exact) + 1 - format.digits, format.least);
  return static_cast<double>(std::ldexp(std::fabs(found - exact), -last));
}

/// The same with the exact value in 200 bits.
struct Judge {
  Judge() { mpfr_inits2(200, argument, exact, difference, nullptr); }
  Judge(const Judge&) = delete;
  ~Judge() { mpfr_clears(argument, exact, difference, nullptr); }

  template <class Exact>
  void ask(Exact function, double x) {
    mpfr_set_d(argument, x, MPFR_RNDN);
    function(exact, argument, MPFR_RNDN);
  }
  bool overflows(double largest) const { return mpfr_cmp_d(exact, largest) > 0 || !mpfr_number_p(exact); }
  double error_in_ulp(double found, Format format) {
    const int last = mpfr_zero_p(exact)
                         ? format.least
                         : std::max(static_cast<int>(mpfr_get_exp(exact)) - format.digits, format.least);
    mpfr_sub_d(difference, exact, found, MPFR_RNDN);
    mpfr_mul_2si(difference, difference, -last, MPFR_RNDN);
    return std::fabs(mpfr_get_d(difference, MPFR_RNDN));
  }
  mpfr_t argument, exact, difference;
};

/// The largest of many errors, and where it was. NaN counts as the largest.
struct Worst {
  void meet(double x, double found) {
    if (!(found <= error)) error = found, at = x;
  }
  double error = 0, at = 0;
};

}  // namespace sand::testing
