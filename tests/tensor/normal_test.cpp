#include "tensor/normal.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "tensor/fingerprint.h"
#include "tensor/random.h"
#include "tests/tensor/ulp.h"

using namespace sand::testing;

namespace {

int mpfr_normal_cdf(mpfr_t y, const mpfr_t x, mpfr_rnd_t round) {
  mpfr_t root;
  mpfr_init2(root, 200);
  mpfr_sqrt_ui(root, 2, round);
  mpfr_div(y, x, root, round);
  mpfr_neg(y, y, round);
  mpfr_erfc(y, y, round);
  mpfr_clear(root);
  return mpfr_div_ui(y, y, 2, round);
}

}  // namespace

TEST_CASE("The share of the normal distribution below x is within 1e-13 of 200 exact bits, in both tails") {
  Judge judge;
  Worst worst;
  std::vector<double> points = {0.0, -0.0, 2.5, -2.5, std::nextafter(2.5, 0), -37.5, 37.5, 1e-300};
  sand::Random random(3);
  for (int i = 0; i < 1000; ++i)
    points.insert(points.end(),
                  {random.uniform(-37.5, 8), random.uniform(-3, 3), random.uniform(-1e-3, 1e-3)});
  for (const double x : points) {
    judge.ask(mpfr_normal_cdf, x);
    mpfr_sub_d(judge.difference, judge.exact, sand::normal_cdf(x), MPFR_RNDN);
    mpfr_div(judge.difference, judge.difference, judge.exact, MPFR_RNDN);
    worst.meet(x, std::fabs(mpfr_get_d(judge.difference, MPFR_RNDN)));
  }
  INFO("worst at ", worst.at);
  CHECK(worst.error <= 1e-13);
  CHECK(worst.error > 1e-17);  // else nothing was measured
}

TEST_CASE("The share of the normal distribution has its limits at infinity, and NaN for NaN") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  CHECK(sand::normal_cdf(0) == 0.5);
  CHECK(sand::normal_cdf(infinite) == 1);
  CHECK(sand::normal_cdf(-infinite) == 0);
  CHECK(sand::normal_cdf(50) == 1);
  CHECK(std::isnan(sand::normal_cdf(NAN)));
}

TEST_CASE("The normal quantile is the inverse of the share below a number") {
  for (const double p : {1.4e-11, 1e-6, 0.07, 0.075, 0.3, 0.5, 0.6, 0.925, 0.93, 0.99, 1 - 1e-6}) {
    const double z = sand::normal_quantile(p);
    CHECK(std::fabs(sand::normal_cdf(z) - p) <=
          (4 + std::fabs(z)) * 1e-15 * p);  // an error of z counts z times
  }
  CHECK(sand::normal_quantile(0.5) == 0);
  CHECK(sand::normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-15));
}

TEST_CASE("The share of the normal distribution and its quantile give the same bits on every machine") {
  sand::Random random(5);
  std::vector<double> values;
  for (int i = 0; i < 10'000; ++i) values.push_back(sand::normal_cdf(random.uniform(-38, 8)));
  for (int i = 0; i < 10'000; ++i) values.push_back(sand::normal_quantile(random.uniform(1e-6, 1 - 1e-6)));
  CHECK(sand::Fingerprint().add(std::span<const double>(values)).text() == "33b1a96e20743b37");
}

TEST_CASE("Quantiles of many shares have the bits of one after the other") {
  sand::Random random(5);
  std::vector<double> shares = {0.5, 0.075, 0.925, std::nextafter(0.075, 0), std::nextafter(0.925, 1), 2e-11};
  for (int i = 0; i < 1002; ++i) shares.push_back(random.uniform(1e-9, 1));
  for (int i = 0; i < 24; ++i) shares.push_back(1e-3 * (i + 1));  // tails alone
  for (const std::size_t count : {shares.size(), std::size_t{64}, std::size_t{8}}) {
    std::vector<double> numbers(count);
    sand::normal_quantiles(std::span(shares).first(count), numbers);
    for (std::size_t i = 0; i < count; ++i) CHECK(numbers[i] == sand::normal_quantile(shares[i]));
  }
}
