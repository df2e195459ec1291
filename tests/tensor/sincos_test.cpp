#include "tensor/sincos.h"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "tensor/random.h"
#include "tests/tensor/ulp.h"

using namespace sand::testing;

TEST_CASE("Sine and cosine are within 2e-16 of the exact values, to angles of 1e5") {
  sand::Random random(2);
  std::vector<double> angles = {0.0, -0.0, 1e5, -1e5, 1e-300};
  for (int i = 0; i < 50'000; ++i)
    angles.insert(angles.end(), {random.uniform(-1e5, 1e5), random.uniform(-7, 7)});
  for (int quarter = -1000; quarter <= 1000; ++quarter)
    for (const double off : {0.0, 1e-9, -1e-9}) angles.push_back(quarter * std::acos(0.0) + off);
  Worst sine, cosine;
  for (const double angle : angles) {
    const sand::SinCos found = sand::sincos(angle);
    sine.meet(angle, static_cast<double>(std::fabs(found.sin - std::sin(static_cast<long double>(angle)))));
    cosine.meet(angle, static_cast<double>(std::fabs(found.cos - std::cos(static_cast<long double>(angle)))));
  }
  INFO("worst sine at ", sine.at, ", cosine at ", cosine.at);
  CHECK(sine.error <= 2e-16);
  CHECK(cosine.error <= 2e-16);
}

TEST_CASE("Sine and cosine agree with 200 exact bits") {
  Judge judge;
  sand::Random random(4);
  Worst worst;
  for (int i = 0; i < 2000; ++i) {
    const double angle = random.uniform(-1e5, 1e5);
    const sand::SinCos found = sand::sincos(angle);
    for (const auto& [function, value] : {std::pair(&mpfr_sin, found.sin), std::pair(&mpfr_cos, found.cos)}) {
      judge.ask(function, angle);
      mpfr_sub_d(judge.difference, judge.exact, value, MPFR_RNDN);
      worst.meet(angle, std::fabs(mpfr_get_d(judge.difference, MPFR_RNDN)));
    }
  }
  INFO("worst at ", worst.at);
  CHECK(worst.error <= 2e-16);
}
