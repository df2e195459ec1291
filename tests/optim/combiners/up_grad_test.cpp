#include "optim/combiners/up_grad.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("UPGrad of two conflicting rows has a closed form") {
  // g0 = (1, 0), g1 = (-1, 1): g0 becomes (1/2, 1/2) and g1 becomes (0, 1); d is half of their sum
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, -1, 1).finished();
  const Eigen::VectorXd w = weights_of(UpGrad({.norm_eps = 0, .reg_eps = 1e-12}), rows);
  CHECK(near(w, Eigen::Vector2d(1, 0.75), 1e-9));
}

TEST_CASE("UPGrad is the sum of DualProj's projections of single domains") {
  Random random(1);
  for (const Index domains : {1, 2, 3, 8}) {
    const Eigen::MatrixXd rows = rows_for(domains, 10, Hardship::none, random);
    std::vector<double> preference;
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(domains);
    for (Index e = 0; e < domains; ++e) {
      preference.push_back(random.uniform(0.1, 2));
      std::vector<double> alone(static_cast<std::size_t>(domains), 0.0);
      alone[static_cast<std::size_t>(e)] = preference.back();
      sum += weights_of(DualProj({.pref_vector = alone}), rows);
    }
    CHECK(near(weights_of(UpGrad({.pref_vector = preference}), rows), sum, 1e-14));
  }
}

TEST_CASE("UPGrad conflicts with no domain, and is the mean if no domains conflict") {
  Random random(2);
  for (int round = 0; round < 120; ++round) {
    const Index domains = 1 + round % 12;
    const Eigen::MatrixXd rows =
        rows_for(domains, 1 + random.below(40), static_cast<Hardship>(round % kHardships), random);
    const double trace = rows.squaredNorm();
    const Eigen::VectorXd w = weights_of(UpGrad({.norm_eps = 0}), rows);
    const Eigen::VectorXd products = rows * (rows.transpose() * w);
    for (Index e = 0; e < domains; ++e)
      REQUIRE(products[e] >= -1e-4 * trace * w[e] - 1e-12 * trace * w.maxCoeff());
  }
  CHECK(weights_of(UpGrad(), (Eigen::MatrixXd(2, 2) << 1, 0, 2, 1).finished()) == Eigen::Vector2d(0.5, 0.5));
}

TEST_CASE("UPGrad is linear under scaling of rows") {
  Random random(3);
  for (const Index domains : {2, 3, 6}) {
    const Eigen::MatrixXd rows = rows_for(domains, 12, Hardship::none, random);
    const auto direction = [&](const Eigen::VectorXd& factors) {
      const Eigen::MatrixXd scaled = rounded(factors.asDiagonal() * rows);
      return Eigen::VectorXd(scaled.transpose() *
                             weights_of(UpGrad({.norm_eps = 0, .reg_eps = 1e-11}), scaled));
    };
    // Powers of two scale exactly, and so does their sum.
    Eigen::VectorXd one(domains), other(domains);
    for (double& x : one) x = std::exp2(static_cast<double>(random.below(3)));
    for (double& x : other) x = std::exp2(static_cast<double>(random.below(3)));
    CHECK(near(direction(one + other), direction(one) + direction(other), sizeof(Scalar) == 4 ? 1e-6 : 1e-8));
  }
}

TEST_CASE("UPGrad of rows of zero, or below norm_eps, is the preferred sum") {
  CHECK(weights_of(UpGrad(), Eigen::MatrixXd::Zero(2, 3)) == Eigen::Vector2d(0.5, 0.5));
  CHECK(weights_of(UpGrad({.pref_vector = {1, 3}}), Eigen::MatrixXd::Constant(2, 1, 1e-3)) ==
        Eigen::Vector2d(1, 3));
}

TEST_CASE("UPGrad of rows that cancel is near 0") {
  const Eigen::MatrixXd opposite = (Eigen::MatrixXd(2, 2) << 1, 2, -2, -4).finished();
  CHECK((opposite.transpose() * weights_of(UpGrad(), opposite)).norm() < 2e-3);
}

TEST_CASE("UPGrad refuses numbers out of range, under its own name") {
  CHECK(error_of([] { UpGrad({.reg_eps = -1}); }) ==
        "UPGrad: reg_eps must be a finite number above 0\n    found -1");
  CHECK_THROWS_AS(UpGrad({.pref_vector = {kNan}}), Error);
}
