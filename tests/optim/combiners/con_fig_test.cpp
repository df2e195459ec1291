#include "optim/combiners/con_fig.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("ConFIG's direction has equal cosines, and the length of the rows' projections together") {
  Random random(1);
  for (const Index domains : {1, 2, 3, 8, 16})
    for (const Hardship hardship : {Hardship::none, Hardship::unequal_lengths}) {
      const Eigen::MatrixXd rows = rows_for(domains, 3 * domains, hardship, random);
      const Eigen::VectorXd d = rows.transpose() * weights_of(ConFig(), rows);
      const Eigen::VectorXd cosines = (rows * d).cwiseQuotient(rows.rowwise().norm()) / d.norm();
      CHECK(cosines.minCoeff() > 0);
      CHECK(near(cosines, Eigen::VectorXd::Constant(domains, cosines.mean()), 1e-9));
      CHECK(d.norm() == doctest::Approx((rows * d).sum() / d.norm()).epsilon(1e-9));
    }
}

TEST_CASE("ConFIG of two orthogonal rows goes between them") {
  // n = (1, 1) / sqrt 2, g0 . n + g1 . n = 4 / sqrt 2
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, 0, 3).finished();
  CHECK(near(values_of(ConFig(), rows), Eigen::Vector2d(2, 2), kRounding));
  CHECK(near(weights_of(ConFig(), rows), Eigen::Vector2d(2, 2.0 / 3), 1e-14));
}

TEST_CASE("ConFIG's cosines are as the preference") {
  Random random(2);
  const Eigen::MatrixXd rows = rows_for(3, 9, Hardship::none, random);
  const Eigen::VectorXd d = rows.transpose() * weights_of(ConFig({.pref_vector = {1, 2, 4}}), rows);
  const Eigen::VectorXd cosines = (rows * d).cwiseQuotient(rows.rowwise().norm());
  CHECK(near(cosines / cosines[0], Eigen::Vector3d(1, 2, 4), 1e-9));
}

TEST_CASE("ConFIG of rows of zero, and of rows that cancel, is 0") {
  CHECK(weights_of(ConFig(), Eigen::MatrixXd::Zero(3, 2)).isZero(0));
  CHECK(weights_of(ConFig(), (Eigen::MatrixXd(2, 2) << 1, 2, -3, -6).finished()).isZero(0));
  Eigen::MatrixXd star(3, 2);
  star << 1, 0, -0.5, std::sqrt(0.75), -0.5, -std::sqrt(0.75);
  CHECK(weights_of(ConFig(), rounded(star)).norm() < 1e-4);
}

TEST_CASE("A domain without a gradient does not change ConFIG's direction for the others") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(3, 2) << 1, 0, 0, 0, 0, 3).finished();
  CHECK(near(values_of(ConFig(), rows), Eigen::Vector2d(2, 2), kRounding));
}

TEST_CASE("ConFIG of rows that depend on each other finds the equal cosines that exist") {
  Random random(3);
  const Eigen::MatrixXd row = rows_for(1, 5, Hardship::none, random);
  CHECK(near(values_of(ConFig(), row.replicate(4, 1)), 4 * row.transpose(), kRounding));
}

TEST_CASE("ConFIG refuses a preference that is negative, not finite, or 0 for every domain") {
  CHECK(error_of([] { ConFig({.pref_vector = {-1}}); }) ==
        "ConFIG: pref_vector must be finite numbers of at least 0\n    found -1");
  CHECK_THROWS_AS(ConFig({.pref_vector = {0, 0}}), Error);
}
