#include "optim/combiners/aligned_mtl.h"

#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

namespace {

/// B with w = B u: each column from a preference for a single domain.
Eigen::MatrixXd alignment_of(const Eigen::MatrixXd& rows, AlignedMtlOptions::ScaleMode mode) {
  Eigen::MatrixXd alignment(rows.rows(), rows.rows());
  for (Index e = 0; e < rows.rows(); ++e) {
    std::vector<double> alone(static_cast<std::size_t>(rows.rows()), 0.0);
    alone[static_cast<std::size_t>(e)] = 1;
    alignment.col(e) = weights_of(AlignedMtl({.pref_vector = alone, .scale_mode = mode}), rows);
  }
  return alignment;
}

}  // namespace

TEST_CASE("After AlignedMTL's transformation all singular values of the rows are equal") {
  Random random(1);
  for (const Index domains : {2, 3, 4, 8})
    for (const auto mode : {AlignedMtlOptions::ScaleMode::min, AlignedMtlOptions::ScaleMode::median,
                            AlignedMtlOptions::ScaleMode::rmse}) {
      const Eigen::MatrixXd rows = rows_for(domains, 3 * domains, Hardship::none, random);
      const Eigen::MatrixXd gram = rows * rows.transpose(), alignment = alignment_of(rows, mode);
      const Eigen::VectorXd before = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gram).eigenvalues();
      const double target = mode == AlignedMtlOptions::ScaleMode::min      ? before[0]
                            : mode == AlignedMtlOptions::ScaleMode::median ? before[(domains - 1) / 2]
                                                                           : before.mean();
      const Eigen::MatrixXd aligned = alignment.transpose() * gram * alignment;
      CHECK((aligned - target * Eigen::MatrixXd::Identity(domains, domains)).norm() <= 1e-9 * target);
    }
}

TEST_CASE("AlignedMTL of orthogonal rows shortens each to the shortest") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, 0, 4).finished();
  CHECK(near(weights_of(AlignedMtl(), rows), Eigen::Vector2d(0.5, 0.125), 1e-15));
  CHECK(near(weights_of(AlignedMtl({.pref_vector = {1, 2}}), rows), Eigen::Vector2d(1, 0.5), 1e-15));
}

TEST_CASE("AlignedMTL leaves out the components that the rows do not have") {
  Random random(2);
  const Eigen::MatrixXd row = rows_for(1, 5, Hardship::none, random);
  CHECK(near(values_of(AlignedMtl(), row.replicate(3, 1)), row.transpose(), kRounding));
  const Eigen::MatrixXd opposite = (Eigen::MatrixXd(2, 1) << 2, -2).finished();
  CHECK(weights_of(AlignedMtl(), opposite).lpNorm<Eigen::Infinity>() < 1e-15);
}

TEST_CASE("AlignedMTL of rows of zero is the preferred sum") {
  CHECK(weights_of(AlignedMtl(), Eigen::MatrixXd::Zero(4, 2)) == Eigen::Vector4d::Constant(0.25));
  CHECK(weights_of(AlignedMtl({.pref_vector = {1, 3}}), Eigen::MatrixXd::Zero(2, 2)) ==
        Eigen::Vector2d(1, 3));
}

TEST_CASE("AlignedMTL refuses a preference that is negative, not finite, or 0 for every domain") {
  CHECK(error_of([] {
          AlignedMtl({.pref_vector = {1, kInfinity}});
        }) == "AlignedMTL: pref_vector must be finite numbers of at least 0\n    found inf");
  CHECK_THROWS_AS(AlignedMtl({.pref_vector = {0}}), Error);
}
