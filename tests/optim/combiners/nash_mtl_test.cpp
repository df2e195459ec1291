#include "optim/combiners/nash_mtl.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("NashMTL's weights are the inverse of the products, and the direction has length sqrt(E)") {
  Random random(1);
  for (const Index domains : {1, 2, 3, 8, 16, 32})
    for (const Hardship hardship : {Hardship::none, Hardship::equal_rows, Hardship::unequal_lengths}) {
      const Eigen::MatrixXd rows = rows_for(domains, 3 * domains, hardship, random);
      const Eigen::VectorXd w = weights_of(NashMtl({.max_norm = 0}), rows), d = rows.transpose() * w;
      CHECK(w.minCoeff() > 0);
      CHECK(near(w.cwiseProduct(rows * d), Eigen::VectorXd::Ones(domains), 1e-8));
      CHECK(d.norm() == doctest::Approx(std::sqrt(static_cast<double>(domains))).epsilon(1e-8));
    }
}

TEST_CASE("NashMTL of orthogonal rows adds unit vectors, shortened to max_norm") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, 0, 4).finished();
  CHECK(near(weights_of(NashMtl({.max_norm = 0}), rows), Eigen::Vector2d(1, 0.25), 1e-9));
  CHECK(near(values_of(NashMtl({.max_norm = 0.5}), rows), Eigen::Vector2d(0.125, 0.125).cwiseSqrt(), 1e-6));
  CHECK(near(values_of(NashMtl({.max_norm = 2}), rows), Eigen::Vector2d(1, 1), 1e-6));  // shorter than 2
}

TEST_CASE("A domain without a gradient has weight 0 in NashMTL, and does not change the others") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(3, 2) << 1, 0, 0, 0, 0, 4).finished();
  const Eigen::VectorXd w = weights_of(NashMtl({.max_norm = 0}), rows);
  CHECK(w[1] == 0);
  CHECK(near(w, Eigen::Vector3d(1, 0, 0.25), 1e-9));
  CHECK(weights_of(NashMtl(), Eigen::MatrixXd::Zero(3, 2)).isZero(0));
}

TEST_CASE(
    "Rows that cancel have no bargain: NashMTL's weights are large and finite, and its direction short") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 2, -1, -2).finished();
  const Eigen::VectorXd w = weights_of(NashMtl(), rows);
  CHECK(w.allFinite());
  CHECK(w.maxCoeff() > 1e3);
  CHECK(w.maxCoeff() < 1e6);
  CHECK(values_of(NashMtl(), rows).norm() < 1);
}

TEST_CASE("NashMTL refuses a max_norm that is negative or not finite") {
  CHECK(error_of([] { NashMtl({.max_norm = -1}); }) ==
        "NashMTL: max_norm must be a finite number of at least 0\n    found -1");
  CHECK_THROWS_AS(NashMtl({.max_norm = kInfinity}), Error);
}
