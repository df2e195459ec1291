#include "experiments/report/style.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sand::experiments;

TEST_CASE("Heat grows lighter, and NaN is grey") {
  const auto light = [](const std::array<double, 3>& c) { return 0.2 * c[0] + 0.7 * c[1] + 0.1 * c[2]; };
  for (double share = 0.1; share <= 1; share += 0.1)
    CHECK(light(heat_colour(share)) > light(heat_colour(share - 0.1)));
  CHECK(heat_colour(NAN)[0] == heat_colour(NAN)[2]);
  CHECK(heat_colour(-3) == heat_colour(0));
  CHECK(heat_colour(7) == heat_colour(1));
}

TEST_CASE("Signed colours are blue below 0 and orange above") {
  CHECK(signed_colour(-1)[2] > signed_colour(-1)[0]);
  CHECK(signed_colour(1)[0] > signed_colour(1)[2]);
  CHECK(signed_colour(0)[0] == doctest::Approx(0.96));
}

TEST_CASE("The style sheet has light, dark and printed colours") {
  const std::string rules = colour_rules();
  CHECK(rules.find("--ink:#1a1c1e") != std::string::npos);
  CHECK(rules.find("@media (prefers-color-scheme:dark){:root{--ink:#e8eaed") != std::string::npos);
  CHECK(rules.find("@media print{:root{--ink:#1a1c1e") != std::string::npos);
}
