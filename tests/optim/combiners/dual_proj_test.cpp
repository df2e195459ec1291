#include "optim/combiners/dual_proj.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("DualProj projects the mean of two conflicting rows on the dual cone") {
  // g0 = (1, 0), g1 = (-3, 1): the mean (-1, 1/2) has product -1 with g0, so d = (0, 1/2)
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, -3, 1).finished();
  const Eigen::VectorXd w = weights_of(DualProj({.norm_eps = 0, .reg_eps = 1e-12}), rows);
  CHECK(near(w, Eigen::Vector2d(1.5, 0.5), 1e-9));
  CHECK(near(values_of(DualProj({.reg_eps = 1e-12}), rows), Eigen::Vector2d(0, 0.5), 1e-6));
}

TEST_CASE("DualProj of rows that do not conflict is the mean, or the preferred sum, to the bit") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, 2, 1).finished();
  CHECK(weights_of(DualProj(), rows) == Eigen::Vector2d(0.5, 0.5));
  CHECK(weights_of(DualProj({.pref_vector = {0.25, 2}}), rows) == Eigen::Vector2d(0.25, 2));
}

TEST_CASE("DualProj conflicts with no domain, and moves only the weights of domains at the border") {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    const Index domains = 1 + round % 16;
    const Eigen::MatrixXd rows =
        rows_for(domains, 1 + random.below(40), static_cast<Hardship>(round % kHardships), random);
    const double trace = rows.squaredNorm();
    const Eigen::VectorXd w = weights_of(DualProj({.norm_eps = 0}), rows);
    const Eigen::VectorXd products = rows * (rows.transpose() * w);
    for (Index e = 0; e < domains; ++e) {
      REQUIRE(w[e] >= 1.0 / static_cast<double>(domains));
      REQUIRE(products[e] >= -1e-4 * trace * w[e] - 1e-12 * trace * w.maxCoeff());
      if (w[e] > 1.0 / static_cast<double>(domains) + 1e-9)
        REQUIRE(products[e] ==
                doctest::Approx(-1e-4 * trace * w[e]).scale(trace * w.maxCoeff()).epsilon(1e-9));
    }
  }
}

TEST_CASE("DualProj of rows of zero, or below norm_eps, is the preferred sum") {
  CHECK(weights_of(DualProj(), Eigen::MatrixXd::Zero(2, 3)) == Eigen::Vector2d(0.5, 0.5));
  const Eigen::MatrixXd small = (Eigen::MatrixXd(2, 1) << 1e-3, -2e-3).finished();
  CHECK(weights_of(DualProj({.pref_vector = {1, 3}}), small) == Eigen::Vector2d(1, 3));
  CHECK(weights_of(DualProj({.pref_vector = {1, 3}, .norm_eps = 0}), small) != Eigen::Vector2d(1, 3));
}

TEST_CASE("DualProj of rows that cancel is near 0, with unique weights") {
  const Eigen::MatrixXd opposite = (Eigen::MatrixXd(2, 2) << 1, 2, -2, -4).finished();
  const Eigen::VectorXd w = weights_of(DualProj(), opposite);
  CHECK((opposite.transpose() * w).norm() < 2e-3);
  CHECK(w[1] == 0.5);
  CHECK(w[0] == doctest::Approx(1).epsilon(1e-3));
}

TEST_CASE("DualProj refuses numbers out of range") {
  CHECK(error_of([] { DualProj({.reg_eps = 0}); }) ==
        "DualProj: reg_eps must be a finite number above 0\n    found 0");
  CHECK(error_of([] { DualProj({.norm_eps = -1}); }) ==
        "DualProj: norm_eps must be a finite number of at least 0\n    found -1");
  CHECK(error_of([] {
          DualProj({.pref_vector = {1, -1}});
        }) == "DualProj: pref_vector must be finite numbers of at least 0\n    found -1");
  CHECK(error_of([] {
          DualProj({.pref_vector = {0, 0}});
        }) == "DualProj: pref_vector must be above 0 for some domain\n    found 0");
  CHECK(error_of([] {
          DualProj({.pref_vector = {1, 1}}).combine(table_of({{1}, {1}, {1}}));
        }) ==
        "DualProj: pref_vector needs one number for each domain\n"
        "    domains 3\n"
        "    found   2 numbers");
}
