#include "experiments/sweeps/comparison.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tensor/error.h"

using namespace sand::experiments;

TEST_CASE("Quantiles of Student's t agree with tables") {
  // scipy.stats.t.ppf
  CHECK(student_quantile(0.975, 1) == doctest::Approx(12.706204736432095).epsilon(1e-9));
  CHECK(student_quantile(0.975, 2) == doctest::Approx(4.302652729911275).epsilon(1e-9));
  CHECK(student_quantile(0.975, 3) == doctest::Approx(3.182446305284263).epsilon(1e-9));
  CHECK(student_quantile(0.975, 4) == doctest::Approx(2.776445105198).epsilon(1e-9));
  CHECK(student_quantile(0.975, 9) == doctest::Approx(2.2621571627409915).epsilon(1e-9));
  CHECK(student_quantile(0.8, 7) == doctest::Approx(0.8960296443137515).epsilon(1e-9));
  CHECK(student_quantile(0.975, 1000) == doctest::Approx(1.9623390808264078).epsilon(1e-9));
}

TEST_CASE("A paired difference uses only trials that both methods have") {
  const Cell first{{{0, 0.7}, {1, 0.8}, {2, 0.9}, {5, 0.1}}}, second{{{0, 0.6}, {1, 0.6}, {2, 0.6}, {4, 1}}};
  const PairedDifference found = paired_difference(first, second);
  CHECK(found.pairs == 3);
  CHECK(found.mean == doctest::Approx(0.2));
  CHECK(found.deviation == doctest::Approx(0.1));
  const double half = 4.302652729911275 * 0.1 / std::sqrt(3.0);
  CHECK(found.low == doctest::Approx(0.2 - half));
  CHECK(found.high == doctest::Approx(0.2 + half));
}

TEST_CASE("One pair has no interval, and none has nothing") {
  const PairedDifference one = paired_difference({{{3, 0.5}}}, {{{3, 0.25}}});
  CHECK(one.pairs == 1);
  CHECK(one.mean == 0.25);
  CHECK(std::isnan(one.low));
  CHECK(paired_difference({{{3, 0.5}}}, {}).pairs == 0);
}

TEST_CASE("The seeds that a difference needs fall with its square") {
  CHECK(seeds_needed(1, 1) == 10);  // t tests need a little more than the normal distribution's 8
  CHECK(seeds_needed(0.5, 1) == 34);
  CHECK(seeds_needed(-0.5, 1) == 34);
  CHECK(seeds_needed(0.01, 1) == 78489);
  CHECK(seeds_needed(100, 1) == 2);
  CHECK(seeds_needed(0, 1) == 0);
  CHECK(seeds_needed(1, std::numeric_limits<double>::quiet_NaN()) == 0);
}

TEST_CASE("A method that the table does not have is refused with a suggestion") {
  ResultTable table;
  table.names = {"a"};
  table.rows = {{"ERM", {{{{0, 0.5}, {1, 0.75}}}}, {}, {}}, {"SANDMask", {{{{0, 0.25}, {1, 0.25}}}}, {}, {}}};
  CHECK_THROWS_WITH_AS(comparison_text(table, "ERM", "SANDMsk"), doctest::Contains("did you mean SANDMask?"),
                       sand::Error);
  const std::string text = comparison_text(table, "erm", "SANDMask");
  CHECK(text.find("ERM - SANDMask") == 0);
  CHECK(text.find("+37.5 points over 2 trials") != std::string::npos);
}
