#include "optim/combiners/vrex_weights.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("VRExWeights are 1 / E and more for domains with a large loss") {
  GradientTable table = table_of({{1}, {2}});
  table.losses()[0] = 1, table.losses()[1] = 3;
  VrexWeights combiner({.lambda = 0.25});  // 1 + 2 / 4 (R_e - 2), over 2
  CHECK(combiner.combine(table).weights == Eigen::Vector2d(0.25, 0.75));
  CHECK(combiner.combine(table).values[0] == Scalar(1.75));
  CHECK(VrexWeights({.lambda = 0}).combine(table).weights == Eigen::Vector2d(0.5, 0.5));
}

TEST_CASE("VRExWeights give the gradient of the mean loss plus lambda times its variance, by differences") {
  // R_e(p) = |p - a_e|^2 / 2 for p in three dimensions
  Random random(1);
  Eigen::MatrixXd centres(4, 3);
  Eigen::VectorXd p(3);
  for (double& x : centres.reshaped()) x = random.normal();
  for (double& x : p) x = random.normal();
  const double lambda = 1.5;
  const auto loss = [&](const Eigen::VectorXd& at, Index e) {
    return (at - centres.row(e).transpose()).squaredNorm() / 2;
  };
  const auto penalized = [&](const Eigen::VectorXd& at) {
    Eigen::Vector4d losses;
    for (Index e = 0; e < 4; ++e) losses[e] = loss(at, e);
    return losses.mean() + lambda * (losses.array() - losses.mean()).square().mean();
  };
  GradientTable table = table_from(-(centres.rowwise() - p.transpose()));
  for (Index e = 0; e < 4; ++e) table.losses()[static_cast<std::size_t>(e)] = loss(p, e);
  const Eigen::VectorXd found = vector_of(VrexWeights({.lambda = lambda}).combine(table).values);
  for (Index j = 0; j < 3; ++j) {
    const Eigen::VectorXd step = 1e-5 * Eigen::VectorXd::Unit(3, j);
    CHECK(found[j] == doctest::Approx((penalized(p + step) - penalized(p - step)) / 2e-5)
                          .epsilon(std::max(1e-8, 10 * kRounding)));
  }
}

TEST_CASE("A loss that is not finite makes a direction of VRExWeights that is not finite") {
  for (const double bad : {kNan, kInfinity}) {
    GradientTable table = table_of({{1}, {2}});
    table.losses()[1] = bad;
    CHECK_FALSE(VrexWeights().combine(table).finite);
  }
}

TEST_CASE("VRExWeights of rows of zero are those of the losses") {
  GradientTable table = table_of({{0}, {0}});
  table.losses()[0] = 1, table.losses()[1] = 3;
  CHECK(VrexWeights({.lambda = 0.25}).combine(table).weights == Eigen::Vector2d(0.25, 0.75));
}

TEST_CASE("VRExWeights refuse a lambda that is negative or not finite, and a single domain") {
  CHECK(error_of([] { VrexWeights({.lambda = -1}); }) ==
        "VRExWeights: lambda must be a finite number of at least 0\n    found -1");
  CHECK_THROWS_AS(VrexWeights({.lambda = kNan}), Error);
  CHECK_THROWS_AS(VrexWeights().combine(table_of({{1}})), Error);
}
