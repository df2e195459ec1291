#include "experiments/setup/hparams.h"

#include <doctest/doctest.h>
#include <mpfr.h>

#include <cmath>
#include <limits>

using sand::HparamRule;
using sand::experiments::draw;

namespace {

using Drawn = HparamRule::Draw;

/// The distance of `found` from base^x, in units of the last place.
double ulps_from_power(double found, int base, double x) {
  mpfr_t exact, difference;
  mpfr_inits2(200, exact, difference, nullptr);
  mpfr_set_d(difference, x, MPFR_RNDN);
  mpfr_ui_pow(exact, static_cast<unsigned long>(base), difference, MPFR_RNDN);
  mpfr_d_sub(difference, found, exact, MPFR_RNDN);
  mpfr_div(difference, difference, exact, MPFR_RNDN);
  const double relative = std::fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clears(exact, difference, nullptr);
  return relative / std::numeric_limits<double>::epsilon();
}

}  // namespace

TEST_CASE("A power of 10 is within 3 units of the last place, for any exponent") {
  double worst = 0;
  for (std::int64_t seed = 1; seed <= 300; ++seed) {
    const double x = draw({"x", 0, Drawn::uniform, -300, 300}, seed, 0),
                 y = draw({"x", 0, Drawn::power_of_10, -300, 300}, seed, 0);
    worst = std::max(worst, ulps_from_power(y, 10, x));
  }
  CHECK(worst <= 3);
}

TEST_CASE("A whole power of 2 is rounded down") {
  for (std::int64_t seed = 1; seed <= 300; ++seed) {
    const double x = draw({"x", 0, Drawn::uniform, 0, 10}, seed, 0);
    CHECK(draw({"x", 0, Drawn::whole_power_of_2, 0, 10}, seed, 0) == std::floor(std::exp2(x)));
  }
}

TEST_CASE("Seed 0 and a fixed rule give the standard value; others depend on seed, trial and name") {
  CHECK(draw({"x", 7, Drawn::uniform, 0, 1}, 0, 3) == 7);
  CHECK(draw({"x", 7, Drawn::fixed, 0, 1}, 3, 3) == 7);
  const double one = draw({"x", 7, Drawn::uniform, 0, 1}, 1, 2);
  CHECK(draw({"x", 7, Drawn::uniform, 0, 1}, 2, 2) != one);
  CHECK(draw({"x", 7, Drawn::uniform, 0, 1}, 1, 3) != one);
  CHECK(draw({"y", 7, Drawn::uniform, 0, 1}, 1, 2) != one);
}
