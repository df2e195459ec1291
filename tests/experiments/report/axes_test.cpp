#include "experiments/report/axes.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sand::experiments;

TEST_CASE("A linear scale puts its range on 0 to 1") {
  const Scale scale({4, 2, NAN, 10, INFINITY});
  CHECK(scale.low() == 2);
  CHECK(scale.high() == 10);
  CHECK(scale.share(4) == 0.25);
  CHECK(std::isnan(scale.share(NAN)));
  CHECK(std::isnan(scale.share(INFINITY)));
}

TEST_CASE("A logarithmic scale puts equal factors at equal distances") {
  const Scale scale({1e-4, 1}, true);
  CHECK(scale.share(1e-2) == doctest::Approx(0.5));
  CHECK(std::isnan(scale.share(0)));
  CHECK(std::isnan(scale.share(-1)));
}

TEST_CASE("A scale of equal numbers, or of none, still has a range") {
  for (const Scale& scale : {Scale({3, 3}), Scale({0, 0}), Scale({}), Scale({NAN}), Scale({1e300, 1e300}),
                             Scale({2, 2}, true), Scale({0, -1}, true)})
    CHECK(scale.low() < scale.high());
}

TEST_CASE("The largest numbers do not overflow a scale") {
  const Scale scale({-1.7e308, 1.7e308});
  CHECK(scale.share(0) == doctest::Approx(0.5));
  CHECK(scale.ticks(5).size() >= 2);
}

TEST_CASE("Ticks are round numbers inside the range") {
  CHECK(Scale::of(0, 1).ticks(5) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(Scale::of(3, 47).ticks(5) == std::vector<double>{10, 20, 30, 40});
  CHECK(Scale({1e-3, 10}, true).ticks(5).size() == 5);
  CHECK(Scale({1e-30, 1}, true).ticks(5).size() <= 7);
}

TEST_CASE("Only positive numbers over several powers of ten want a logarithm") {
  CHECK(wants_log({1e-5, 1e-2}));
  CHECK_FALSE(wants_log({0, 1e-5, 1e-2}));
  CHECK_FALSE(wants_log({1, 2, 10}));
  CHECK_FALSE(wants_log({-1e-5, 1}));
}

TEST_CASE("A legend begins a new row where the drawing ends") {
  Drawing drawing{.width = 150, .height = 0};
  const double one = draw_legend(drawing, {{"short", of_series(0)}}, 0, 0);
  const double two =
      draw_legend(drawing, {{"a long name", of_series(0)}, {"another name", of_series(1)}}, 0, 0);
  CHECK(two > one);
  CHECK(draw_legend(drawing, {}, 0, 0) == 0);
}
