#include "optim/combiners/imtl_g.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("IMTLG's direction has equal projections on all rows, and weights of sum 1") {
  Random random(1);
  for (const Index domains : {1, 2, 3, 8, 16})
    for (const Hardship hardship : {Hardship::none, Hardship::unequal_lengths}) {
      const Eigen::MatrixXd rows = rows_for(domains, 3 * domains, hardship, random);
      const Eigen::VectorXd w = weights_of(ImtlG(), rows);
      const Eigen::VectorXd projections =
          (rows * (rows.transpose() * w)).cwiseQuotient(rows.rowwise().norm());
      CHECK(w.sum() == doctest::Approx(1).epsilon(1e-9));
      CHECK(near(projections, Eigen::VectorXd::Constant(domains, projections.mean()), 1e-6));
    }
}

TEST_CASE("IMTLG of orthogonal rows has a closed form") {
  // |g0| = 1, |g1| = 2: v = (1, 1/2)
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, 0, 2).finished();
  CHECK(near(weights_of(ImtlG(), rows), Eigen::Vector2d(2.0 / 3, 1.0 / 3), 1e-15));
}

TEST_CASE("The unit of the gradients does not change IMTLG's weights") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, -1, 2).finished();
  for (const double unit : {0x1p-60, 0x1p60})
    CHECK(near(weights_of(ImtlG(), unit * rows), weights_of(ImtlG(), rows), 1e-14));
}

TEST_CASE("IMTLG of rows of zero, and of rows that cancel, is 0") {
  CHECK(weights_of(ImtlG(), Eigen::MatrixXd::Zero(3, 2)).isZero(0));
  CHECK(weights_of(ImtlG(), (Eigen::MatrixXd(2, 2) << 1, 2, -1, -2).finished()).isZero(0));
}

TEST_CASE("IMTLG of rows that depend on each other solves the least squares with the least weights") {
  const Eigen::MatrixXd row = (Eigen::MatrixXd(1, 2) << 1, 2).finished();
  CHECK(near(weights_of(ImtlG(), row.replicate(4, 1)), Eigen::Vector4d::Constant(0.25), 1e-14));
}
