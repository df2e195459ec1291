#include "optim/optimizers/learning_rate.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sand::optim;

TEST_CASE("Several decays multiply, each from its own step on") {
  const StepsDecay rate{.initial = 1, .at = {3, 5}, .factor = 0.5};
  const double expected[] = {1, 1, 1, 0.5, 0.5, 0.25, 0.25};
  for (int step = 0; step < 7; ++step) CHECK(rate(step) == expected[step]);
  CHECK(StepsDecay{.initial = 0.3}(1000) == 0.3);
}

TEST_CASE("A cosine begins with its first rate, is half way in the middle, and ends with its last") {
  const CosineDecay rate{.initial = 0.3, .last = 0.1, .from = 10, .to = 110};
  CHECK(rate(10) == 0.3);
  CHECK(rate(0) == 0.3);
  CHECK(rate(60) == doctest::Approx(0.2).epsilon(1e-15));
  CHECK(rate(110) == 0.1);
  CHECK(rate(1000) == 0.1);
  for (int step = 10; step < 110; ++step) {
    CHECK(rate(step) > rate(step + 1));
    const double formula = 0.1 + 0.2 * (1 + std::cos(std::acos(-1.0) * (step - 10) / 100)) / 2;
    CHECK(rate(step) == doctest::Approx(formula).epsilon(1e-14));
  }
}

TEST_CASE("A warm-up rises in equal parts to the rate that follows it, and no step has a rate of 0") {
  const Warmup<ConstantRate> constant{{0.8}, 4};
  const double expected[] = {0.2, 0.4, 0.6000000000000001, 0.8, 0.8, 0.8};
  for (int step = 0; step < 6; ++step)
    CHECK(constant(step) == doctest::Approx(expected[step]).epsilon(1e-15));
  CHECK(constant(3) == 0.8);
  CHECK(Warmup<ConstantRate>{{0.8}, 0}(0) == 0.8);
  const Warmup<CosineDecay> both{{.initial = 1, .last = 0, .from = 4, .to = 12}, 4};
  CHECK(both(1) == 0.5);
  CHECK(both(3) == 1);
  CHECK(both(4) == 1);
  CHECK(both(8) == doctest::Approx(0.5).epsilon(1e-15));
  CHECK(both(12) == 0);
}
