#include "experiments/setup/power.h"

#include <doctest/doctest.h>
#include <mpfr.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "tensor/random.h"

using namespace sand::experiments;

namespace {

/// The distance of `found` from base^x, in units of the last place.
double ulps_from_power(double found, unsigned long base, double x) {
  mpfr_t exact, difference;
  mpfr_inits2(200, exact, difference, nullptr);
  mpfr_set_d(difference, x, MPFR_RNDN);
  mpfr_ui_pow(exact, base, difference, MPFR_RNDN);
  mpfr_d_sub(difference, found, exact, MPFR_RNDN);
  int exponent = 0;
  std::frexp(found, &exponent);
  mpfr_mul_2si(difference, difference, 53 - exponent, MPFR_RNDN);
  const double ulps = std::fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clears(exact, difference, nullptr);
  return ulps;
}

}  // namespace

TEST_CASE("A power is within 0.51 units of the last place") {
  sand::Random random(1);
  double worst = 0;
  for (int i = 0; i < 20000; ++i) {
    const double x = -7 + 12 * random.uniform(), y = 12 * random.uniform();
    worst = std::fmax(worst, ulps_from_power(power_of_10(x), 10, x));
    worst = std::fmax(worst, ulps_from_power(power_of_2(y), 2, y));
  }
  CHECK(worst > 0.49);
  CHECK(worst < 0.51);
}

TEST_CASE("Powers equal those of Python, also where these are not the nearest number") {
  // 10 ** x and 2 ** x of Python 3.11 with glibc 2.36
  struct Known {
    double x, power;
  };
  for (const Known& known :
       {Known{-2.2690026766285065, 0.005382664650810817}, Known{-0.6120755977352452, 0.24430052612207742},
        Known{1.4430429315046043, 27.735942704422925}, Known{-1.6712577604915868, 0.02131779293621571},
        Known{2.915662832754289, 823.4985385186537}, Known{0.8993013049854381, 7.930513431170285},
        Known{-4.5, 3.1622776601683795e-05}, Known{-2.5, 0.0031622776601683794}, Known{5, 100000},
        Known{-0.1, 0.7943282347242815}})
    CHECK(power_of_10(known.x) == known.power);
  CHECK(power_of_10(0) == 1);
  CHECK(power_of_10(3) == 1000);
  CHECK(power_of_2(9) == 512);
  CHECK(power_of_2(-3) == 0.125);
  CHECK(power_of_2(0.5) == 0x1.6a09e667f3bcdp+0);
}
