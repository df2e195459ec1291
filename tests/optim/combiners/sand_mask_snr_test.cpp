#include "optim/combiners/sand_mask_snr.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

namespace {

double snr_mask_of(const std::vector<double>& gradients, double tau, double k) {
  std::vector<std::vector<double>> rows;
  for (const double g : gradients) rows.push_back({g});
  SandMaskSnr mask({.tau = tau, .k = k, .allow_closed = true});
  return mask.combine(table_of(rows)).mask[0];
}

}  // namespace

TEST_CASE("Masks by signal to noise equal values computed by hand") {
  CHECK(snr_mask_of({1, 3}, 0.5, 0.1) == doctest::Approx(std::tanh(0.1 * 0.5 * 4 / 2)));  // gbar 2, var 2
  CHECK(snr_mask_of({10, 30}, 0.5, 0.1) == doctest::Approx(std::tanh(0.1)));
  CHECK(snr_mask_of({0, 1}, 0.4, 1) == doctest::Approx(std::tanh(0.1 * 0.25 / 0.5)));
  CHECK(snr_mask_of({1, -3}, 0.5, 10) == 0);
}

TEST_CASE(
    "Without variance the mask by signal to noise is 1 above tau, and 0 at tau, below, or without a mean") {
  CHECK(snr_mask_of({0.3, 0.3}, 0.5, 1e-3) == 1);
  CHECK(snr_mask_of({1e-20, 1e-20}, 0.5, 1e-3) == 1);
  CHECK(snr_mask_of({0.3, 0.3}, 1, 10) == 0);
  CHECK(snr_mask_of({0, 0}, 0, 10) == 0);
  CHECK(snr_mask_of({0.3}, 0.5, 10) == 1);  // a single domain has no variance
  CHECK(snr_mask_of({0}, 0.5, 10) == 0);
}

TEST_CASE("Scaling all gradients by a power of two changes no bit of a mask by signal to noise") {
  Random random(6);
  for (const int domains : {2, 5, 16}) {
    const GradientTable table = random_table({300}, domains, 0.3, random);
    SandMaskSnr mask({.tau = 0.4, .k = 0.01});
    const Direction& expected = mask.combine(table);
    CHECK((expected.mask.array() > 0 && expected.mask.array() < 1).any());
    for (const double factor : {0x1p-40, 0x1p-3, -1.0, 0x1p20}) {
      GradientTable scaled(table.slots(), domains);
      for (int e = 0; e < domains; ++e)
        for (std::size_t j = 0; j < 300; ++j)
          scaled.row(e)[j] = static_cast<Scalar>(factor) * table.row(e)[j];
      SandMaskSnr other({.tau = 0.4, .k = 0.01});
      CHECK(same_bits(other.combine(scaled).mask, expected.mask));
    }
  }
}

TEST_CASE("A mask by signal to noise never exceeds 1, and the direction never the mean") {
  Random random(7);
  const GradientTable table = random_table({2000}, 5, 0.5, random);
  SandMaskSnr mask({.tau = 0.2, .k = 0.1, .rescale = false});
  const Direction& direction = mask.combine(table);
  CHECK((direction.mask.array() >= 0 && direction.mask.array() <= 1).all());
  for (Index j = 0; j < 2000; ++j) {
    double mean = 0;
    for (int e = 0; e < 5; ++e) mean += table.row(e)[static_cast<std::size_t>(j)] / 5.0;
    CHECK(std::fabs(direction.values[j]) <= std::fabs(mean) * (1 + kRounding) + 1e-12);
  }
}

TEST_CASE("SANDMaskSNR refuses the settings that SANDMask refuses, under its own name") {
  CHECK(error_of([] { SandMaskSnr({.tau = -1}); }) ==
        "SANDMaskSNR: tau must be a number of at least 0\n    found -1");
  CHECK_THROWS_AS(SandMaskSnr({.tau = 1}), Error);
  CHECK_THROWS_AS(SandMaskSnr({.k = 0}), Error);
}
