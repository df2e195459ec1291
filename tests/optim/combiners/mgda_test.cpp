#include "optim/combiners/mgda.h"

#include <doctest/doctest.h>

#include "optim/quadratic.h"
#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("MGDA of two rows is the shortest vector between them, in closed form") {
  Random random(1);
  for (int round = 0; round < 100; ++round) {
    const Eigen::MatrixXd rows = rows_for(2, 3, Hardship::none, random);
    const Eigen::VectorXd g = rows.row(0), h = rows.row(1);
    const double part = std::clamp((h - g).dot(h) / (h - g).squaredNorm(), 0.0, 1.0);  // of g
    CHECK(near(weights_of(Mgda(), rows), Eigen::Vector2d(part, 1 - part), 1e-14));
  }
}

TEST_CASE("With many steps, MGDA comes to the shortest vector of the hull") {
  Random random(2);
  for (const Index domains : {3, 5, 16}) {
    const Eigen::MatrixXd rows = rows_for(domains, 2 * domains, Hardship::none, random);
    const Eigen::MatrixXd gram = rows * rows.transpose();
    const Eigen::VectorXd best = least_quadratic(gram, Eigen::VectorXd::Zero(domains), true);
    const Eigen::VectorXd w = weights_of(Mgda({.epsilon = 1e-7, .max_iters = 100000}), rows);
    CHECK((rows.transpose() * (w - best)).norm() <= 2e-3 * (rows.transpose() * best).norm());
  }
}

TEST_CASE("MGDA's weights are on the simplex, and no domain loses more than its docstring says") {
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    const Index domains = 1 + round % 32;
    const Eigen::MatrixXd rows =
        rows_for(domains, 1 + 2 * domains, static_cast<Hardship>(round % kHardships), random);
    const Eigen::VectorXd w = weights_of(Mgda(), rows), d = rows.transpose() * w;
    CHECK(w.minCoeff() >= 0);
    CHECK(w.sum() == doctest::Approx(1).epsilon(1e-13));
    CHECK((rows * d).minCoeff() >= d.squaredNorm() - 0.01 * rows.rowwise().squaredNorm().maxCoeff());
  }
}

TEST_CASE("MGDA of rows of zero or equal rows is the mean, and of rows that cancel it is 0") {
  CHECK(weights_of(Mgda(), Eigen::MatrixXd::Zero(4, 2)) == Eigen::Vector4d::Constant(0.25));
  CHECK(weights_of(Mgda(), Eigen::MatrixXd::Constant(4, 2, 3)) == Eigen::Vector4d::Constant(0.25));
  CHECK(values_of(Mgda(), (Eigen::MatrixXd(2, 2) << 1, -3, -1, 3).finished()).isZero(0));
  CHECK(weights_of(Mgda(), (Eigen::MatrixXd(2, 1) << 1, -3).finished()) == Eigen::Vector2d(0.75, 0.25));
}

TEST_CASE("MGDA takes the shorter of two parallel rows, and ends when it has arrived") {
  Mgda combiner;
  const GradientTable table = table_of({{2}, {1}});
  CHECK(combiner.combine(table).weights == Eigen::Vector2d(0, 1));
  const Terms terms = combiner.explain(table, 0);
  CHECK(terms.find("steps")->value == 2);
  CHECK(terms.find("last_step")->value == 0);
}

TEST_CASE("MGDA refuses an epsilon of 0 and steps that are no whole number") {
  CHECK(error_of([] { Mgda({.epsilon = 0}); }) ==
        "MGDA: epsilon must be a finite number above 0\n    found 0");
  CHECK(error_of([] { Mgda({.max_iters = 0.5}); }) ==
        "MGDA: max_iters must be a whole number from 1 to 1000000\n    found 0.5");
  CHECK_THROWS_AS(Mgda({.epsilon = kNan}), Error);
}
