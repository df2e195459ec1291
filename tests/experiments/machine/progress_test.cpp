#include "experiments/machine/progress.h"

#include <doctest/doctest.h>

using sand::experiments::clock_text;

TEST_CASE("A remaining time is printed like a clock") {
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(59.6) == "1:00");
  CHECK(clock_text(3599) == "59:59");
  CHECK(clock_text(3661) == "1:01:01");
}

TEST_CASE("A negative, infinite or NaN time is printed as a clock, too") {
  CHECK(clock_text(-5) == "0:00");
  CHECK(clock_text(1.0 / 0.0) == clock_text(1e8));
  CHECK(clock_text(0.0 / 0.0) == "0:00");
}
