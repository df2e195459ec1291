#include "optim/combiners/ca_grad.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("CAGrad with c = 0 is the mean") {
  Random random(1);
  for (int hardship = 0; hardship < kHardships; ++hardship) {
    const Eigen::MatrixXd rows = rows_for(6, 9, static_cast<Hardship>(hardship), random);
    CHECK(weights_of(CaGrad({.c = 0}), rows) == Eigen::VectorXd::Constant(6, 1.0 / 6));
  }
}

TEST_CASE("CAGrad of two orthogonal rows of one length moves along the mean") {
  // w = (1/2, 1/2), so g_w = g0
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, 0, 1).finished();
  CHECK(near(values_of(CaGrad({.c = 0.5}), rows), Eigen::Vector2d(0.75, 0.75), kRounding));
}

TEST_CASE("CAGrad turns towards the domain with the least product: two rows in closed form") {
  // g0 = (1, 0) and g1 = (3, 0): every g_w . g0 is least at w = (1, 0), so d = mean + c |mean| (1, 0)
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 1) << 1, 3).finished();
  CHECK(near(values_of(CaGrad({.c = 0.25}), rows), Eigen::VectorXd::Constant(1, 2.5), kRounding));
  CHECK(near(weights_of(CaGrad({.c = 0.25}), rows), Eigen::Vector2d(1, 0.5), 1e-14));
}

TEST_CASE(
    "CAGrad's direction is at distance c |mean| from the mean, and the best there for the worst domain") {
  Random random(2);
  for (int round = 0; round < 60; ++round) {
    const Index domains = 2 + round % 7, columns = 2 * domains;
    const double c = random.uniform(0.05, 0.95);
    const Eigen::MatrixXd rows = rows_for(domains, columns, Hardship::none, random);
    const Eigen::VectorXd w = weights_of(CaGrad({.c = c}), rows), d = rows.transpose() * w;
    const Eigen::VectorXd mean = rows.colwise().mean();
    const double radius = c * mean.norm(), worst = (rows * d).minCoeff();
    CHECK((d - mean).norm() == doctest::Approx(radius).epsilon(1e-12));
    for (int trial = 0; trial < 200; ++trial) {  // also near the best
      Eigen::VectorXd step(columns);
      for (double& x : step) x = random.normal();
      if (trial % 2 == 0) step = d - mean + 1e-3 * radius * step.normalized();
      REQUIRE((rows * (mean + radius * step.normalized())).minCoeff() <= worst + 1e-12 * rows.squaredNorm());
    }
  }
}

TEST_CASE("CAGrad is 0 for rows of zero, for a small trace, and where no direction improves all domains") {
  CHECK(weights_of(CaGrad(), Eigen::MatrixXd::Zero(3, 2)).isZero(0));
  const Eigen::MatrixXd small = Eigen::MatrixXd::Constant(2, 2, 1e-3);  // trace 4e-6
  CHECK(weights_of(CaGrad(), small).isZero(0));
  CHECK(weights_of(CaGrad({.c = 0}), small).isZero(0));
  CHECK_FALSE(weights_of(CaGrad({.norm_eps = 1e-6}), small).isZero(0));
  const Eigen::MatrixXd cancels = (Eigen::MatrixXd(3, 2) << 1, 0, -1, 0, 0, 1e-3).finished();
  CHECK(weights_of(CaGrad(), cancels).isZero(0));
  CHECK(values_of(CaGrad(), (Eigen::MatrixXd(2, 1) << 1, -1).finished()).isZero(0));
}

TEST_CASE("Equal and dependent rows give CAGrad one direction: (1 + c) g for equal ones") {
  Random random(3);
  const Eigen::MatrixXd row = rows_for(1, 5, Hardship::none, random);
  CHECK(near(values_of(CaGrad({.c = 0.3}), row.replicate(4, 1)), 1.3 * row.transpose(), kRounding));
  const Eigen::MatrixXd rows = rows_for(4, 6, Hardship::none, random);
  const Eigen::VectorXd twice = values_of(CaGrad(), rows.replicate(2, 1));
  CHECK(near(twice, values_of(CaGrad(), rows), kRounding));
}

TEST_CASE("CAGrad refuses numbers that are negative or not finite") {
  CHECK(error_of([] { CaGrad({.c = -1}); }) ==
        "CAGrad: c must be a finite number of at least 0\n    found -1");
  CHECK_THROWS_AS(CaGrad({.c = kInfinity}), Error);
  CHECK_THROWS_AS(CaGrad({.norm_eps = -1}), Error);
  CHECK_THROWS_AS(CaGrad({.norm_eps = kNan}), Error);
}
