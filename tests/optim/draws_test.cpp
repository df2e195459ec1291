#include "optim/draws.h"

#include <doctest/doctest.h>
#include <mpfr.h>

#include <cmath>

#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

namespace {

NumberByColumn drawn(const GradientTable& table, Index first, int columns) {
  NumberByColumn numbers{};
  uniform_by_column(Agreement(table, first, columns), 5, numbers);
  return numbers;
}

}  // namespace

TEST_CASE("Uniform numbers of a column are the same in every block") {
  GradientTable table = table_of({std::vector<double>(600, 0), std::vector<double>(600, 0)});
  table.seed = 0x123456789abcdef, table.step = 9;
  std::vector<double> alone;
  for (Index j = 0; j < 600; ++j) alone.push_back(drawn(table, j, 1)[0]);
  for (const int columns : {1, 2, 3, 4, 5, 7, 255, 256})
    for (const Index first : {0, 1, 2, 3, 4, 255, 257, 300}) {
      const NumberByColumn numbers = drawn(table, first, columns);
      for (int j = 0; j < columns; ++j)
        REQUIRE(numbers[static_cast<std::size_t>(j)] == alone[static_cast<std::size_t>(first + j)]);
    }
  for (Index j = 0; j < 600; ++j) {
    Random random(table.seed, 5, 9, static_cast<std::uint32_t>(j / 4));
    std::uint32_t bits = 0;
    for (Index i = 0; i <= j % 4; ++i) bits = random.bits();
    REQUIRE(alone[static_cast<std::size_t>(j)] == (bits + 0.5) * 0x1p-32);
  }
}

TEST_CASE("Normal numbers of a column are the quantiles of its uniform numbers") {
  GradientTable table = table_of({std::vector<double>(2000, 0)});
  for (const Index first : {0, 3, 256, 1000})
    for (const int columns : {1, 255, 256}) {
      NumberByColumn normal;
      normal_by_column(Agreement(table, first, columns), 5, normal);
      const NumberByColumn uniform = drawn(table, first, columns);
      for (std::size_t j = 0; j < static_cast<std::size_t>(columns); ++j)
        REQUIRE(normal[j] == normal_quantile(uniform[j]));
    }
}

TEST_CASE("The normal quantile has known values") {
  CHECK(normal_quantile(0.5) == 0);
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-15).scale(0));
  CHECK(normal_quantile(0.95) == doctest::Approx(1.644853626951473).epsilon(1e-15).scale(0));
  CHECK(normal_quantile(0.75) == doctest::Approx(0.6744897501960817).epsilon(1e-15).scale(0));
  CHECK(normal_quantile(1e-4) == doctest::Approx(-3.719016485455681).epsilon(2e-15).scale(0));
  CHECK(normal_quantile(1e-10) == doctest::Approx(-6.361340902404056).epsilon(2e-15).scale(0));
}

TEST_CASE("The normal quantile is odd around a half, and grows") {
  double before = -10;
  for (int i = 1; i < 4096; ++i) {
    const double p = i * 0x1p-12;  // 1 - p is exact
    CHECK(normal_quantile(p) == -normal_quantile(1 - p));
    CHECK(normal_quantile(p) > before);
    before = normal_quantile(p);
  }
}

TEST_CASE("The normal quantile is the inverse of the normal distribution, to 1e-15") {
  mpfr_t x, half_root;
  mpfr_inits2(120, x, half_root, nullptr);
  mpfr_sqrt_ui(half_root, 2, MPFR_RNDN);
  for (double p = 2e-11; p < 0.5; p *= 1.03) {
    const double z = normal_quantile(p);
    mpfr_set_d(x, -z, MPFR_RNDN);
    mpfr_div(x, x, half_root, MPFR_RNDN);
    mpfr_erfc(x, x, MPFR_RNDN);
    mpfr_div_ui(x, x, 2, MPFR_RNDN);
    mpfr_sub_d(x, x, p, MPFR_RNDN);
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * 3.141592653589793);
    CHECK(std::fabs(mpfr_get_d(x, MPFR_RNDN) / density) <= 1e-15 * std::fabs(z) + 1e-16);
  }
  mpfr_clears(x, half_root, nullptr);
}
