// Solutions must satisfy the conditions of optimality, and equal the best of all active sets.
#include "optim/quadratic.h"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/optim/problems.h"

using namespace sand;
using namespace sand::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

double value_of(const MatrixXd& a, const VectorXd& b, const VectorXd& x) {
  return x.dot(a * x) / 2 + b.dot(x);
}

double cone_value(const MatrixXd& g, const VectorXd& b, double radius, const VectorXd& w) {
  return b.dot(w) + radius * std::sqrt(std::max(0.0, w.dot(g * w)));
}

VectorXd means(Index domains) { return VectorXd::Constant(domains, 1.0 / static_cast<double>(domains)); }

/// Calls body(members) for every non-empty set of 0 .. n - 1.
template <class Body>
void for_every_set(Index n, const Body& body) {
  for (unsigned bits = 1; bits < 1u << n; ++bits) {
    std::vector<Index> members;
    for (Index e = 0; e < n; ++e)
      if (bits >> e & 1) members.push_back(e);
    body(members);
  }
}

VectorXd spread(const VectorXd& of_set, const std::vector<Index>& set, Index n) {
  VectorXd all = VectorXd::Zero(n);
  all(set) = of_set;
  return all;
}

/// The least value over all active sets, each solved by Eigen.
double best_quadratic(const MatrixXd& a, const VectorXd& b) {
  double best = 0;
  for_every_set(b.size(), [&](const std::vector<Index>& set) {
    const VectorXd of_set = MatrixXd(a(set, set)).fullPivLu().solve(-VectorXd(b(set)));
    const VectorXd x = spread(of_set, set, b.size());
    if (x.minCoeff() >= -1e-12) best = std::min(best, value_of(a, b, x.cwiseMax(0)));
  });
  return best;
}

/// The least value on the simplex over all active sets. On a set, G y = t 1 - b with y = radius w / |g_w|,
/// and y^T G y = radius^2 gives t.
double best_cone(const MatrixXd& g, const VectorXd& b, double radius) {
  double best = 1e300;
  for_every_set(b.size(), [&](const std::vector<Index>& set) {
    const MatrixXd inner = g(set, set);
    const VectorXd of_b = b(set), ones = VectorXd::Ones(of_b.size());
    const VectorXd p = inner.fullPivLu().solve(ones), q = inner.fullPivLu().solve(of_b);
    const double pp = ones.dot(p), pq = ones.dot(q), qq = of_b.dot(q) - radius * radius;
    const double t = (pq + std::sqrt(pq * pq - pp * qq)) / pp;
    const VectorXd y = t * p - q, w = spread(y / y.sum(), set, b.size());
    if (w.allFinite() && w.minCoeff() >= -1e-12)
      best = std::min(best, cone_value(g, b, radius, w.cwiseMax(0)));
  });
  return best;
}

}  // namespace

TEST_CASE("The least quadratic above 0 has no negative slope, and slope 0 wherever a number is above 0") {
  for_random_grams(600, 32, [](const MatrixXd& gram, Index) {
    const Index n = gram.rows();
    for (const double ridge : {1e-4, 1e-9}) {
      const MatrixXd g = gram + ridge * MatrixXd::Identity(n, n);
      const VectorXd w = least_above(g, means(n)), slope = g * w, moved = w - means(n);
      const double scale = g.diagonal().maxCoeff() * w.cwiseAbs().maxCoeff();
      CAPTURE(gram);
      REQUIRE(moved.minCoeff() >= 0);
      REQUIRE(slope.minCoeff() >= -1e-13 * scale);
      REQUIRE(moved.cwiseProduct(slope).maxCoeff() <= 1e-12 * scale * w.cwiseAbs().maxCoeff());
    }
  });
}

TEST_CASE("Weights whose sum of rows conflicts with no row stay as they are, to the bit") {
  MatrixXd g(3, 3);
  g << 1, 0.1, 0, 0.1, 2, 0, 0, 0, 0.5;
  const VectorXd least = VectorXd::LinSpaced(3, 0.1, 0.7);
  CHECK(least_above(g, least) == least);
}

TEST_CASE("The projection on the dual cone of two conflicting rows has a closed form") {
  // g0 = (1, 0), g1 = (-1, 1): (1, 0) + x g1 is orthogonal to g1 at x = 1/2
  const MatrixXd g = (MatrixXd(2, 2) << 1, -1, -1, 2).finished();
  const VectorXd w = least_above(g, VectorXd::Unit(2, 0));
  CHECK(w[0] == 1);
  CHECK(w[1] == doctest::Approx(0.5).epsilon(1e-15));
}

TEST_CASE("The least quadratic on the simplex has one slope wherever a number is above 0, and no lower one") {
  Random random(3);
  for_random_grams(600, 32, [&](const MatrixXd& g, Index) {
    const VectorXd b = std::pow(10.0, random.uniform(-6, 2)) * (g * means(g.rows()));
    const VectorXd w = least_quadratic(g, b, true), slope = g * w + b;
    CAPTURE(g);
    REQUIRE(w.minCoeff() >= 0);
    REQUIRE(w.sum() == doctest::Approx(1).epsilon(1e-14));
    REQUIRE(slope.dot(w) - slope.minCoeff() <= 1e-14 * (g.maxCoeff() + b.cwiseAbs().maxCoeff()));
  });
}

TEST_CASE("The least of a cone on the simplex has one slope wherever a weight is above 0, and no lower one") {
  Random random(5);
  int vanished = 0;
  for_random_grams(600, 32, [&](const MatrixXd& g, Index) {
    const Index n = g.rows();
    const VectorXd b = g * means(n);
    const double radius = random.uniform(0.01, 2) * std::max(1e-3, std::sqrt(std::max(0.0, means(n).dot(b))));
    const VectorXd w = least_on_simplex(g, b, radius);
    const double longest = std::sqrt(g.diagonal().maxCoeff());
    CAPTURE(g);
    if (w.isZero()) {  // then weights whose rows sum to 0 are the best
      ++vanished;
      if (longest == 0) return;
      const double nu = 1e-7 * longest / radius;
      const VectorXd other = least_quadratic(g, nu * b, true);
      const double bound = (b + g * other / nu).minCoeff();  // of the value, from below
      REQUIRE(cone_value(g, b, radius, other) - bound <= 2e-7 * radius * longest);
      return;
    }
    const double length = std::sqrt(w.dot(g * w));
    const VectorXd slope = b + radius / length * (g * w);
    REQUIRE(w.minCoeff() >= 0);
    REQUIRE(w.sum() == doctest::Approx(1).epsilon(1e-13));
    REQUIRE(slope.dot(w) - slope.minCoeff() <=
            1e-13 * (1 + longest / length) * (radius * longest + b.cwiseAbs().maxCoeff()));
  });
  CHECK(vanished > 10);
  CHECK(vanished < 300);
}

TEST_CASE("Solutions are as good as the best of all active sets") {
  Random random(9);
  for_random_grams(300, 6, [&](const MatrixXd& gram, Index) {
    const Index n = gram.rows();
    const MatrixXd g = gram + 1e-4 * MatrixXd::Identity(n, n);
    VectorXd least(n), b(n);
    for (double& number : least) number = random.uniform();
    for (double& number : b) number = random.normal();
    CAPTURE(g);
    const VectorXd start = g * least, x = least_above(g, least) - least;
    REQUIRE(value_of(g, start, x) == doctest::Approx(best_quadratic(g, start)).epsilon(1e-12));
    const VectorXd w = least_on_simplex(g, b, 0.3);
    REQUIRE(cone_value(g, b, 0.3, w) == doctest::Approx(best_cone(g, b, 0.3)).epsilon(1e-12));
  });
}

TEST_CASE("Equal rows share their weights, for every size of the problem") {
  for (const Index n : {1, 2, 3, 16, 64}) {
    const MatrixXd g = MatrixXd::Constant(n, n, 0.25);
    const VectorXd w = least_on_simplex(g, g * means(n), 0.1), bargained = bargain(g);
    CHECK(w.minCoeff() >= 0);
    CHECK(w.sum() == doctest::Approx(1).epsilon(1e-13));
    for (const double weight : bargained)
      CHECK(weight == doctest::Approx(2 / std::sqrt(static_cast<double>(n))).epsilon(1e-9));
  }
}

TEST_CASE("Rows of zero, or rows that cancel, give weights of zero on the cone") {
  CHECK(least_on_simplex(MatrixXd::Zero(3, 3), VectorXd::Zero(3), 1).isZero());
  const MatrixXd opposite = (MatrixXd(2, 2) << 1, -1, -1, 1).finished();
  CHECK(least_on_simplex(opposite, VectorXd::Zero(2), 1).isZero());
}

TEST_CASE("Bargained weights satisfy w_e (G w)_e = 1 up to rounding, with the ridge") {
  for_random_grams(600, 32, [](const MatrixXd& gram, Index) {
    MatrixXd g = gram;
    for (Index e = 0; e < g.rows(); ++e)
      if (g(e, e) == 0) g(e, e) = 0.1;
    const VectorXd w = bargain(g);
    g.diagonal() *= 1 + 1e-10;
    const VectorXd gains = w.cwiseProduct(g * w), sizes = w.cwiseProduct(g.cwiseAbs() * w);
    CAPTURE(g);
    REQUIRE(w.minCoeff() > 0);
    for (Index e = 0; e < g.rows(); ++e) REQUIRE(std::fabs(gains[e] - 1) <= 1e-14 * (1 + sizes[e]));
  });
}

TEST_CASE("Bargained weights of orthogonal rows are the inverse lengths") {
  const VectorXd w = bargain(VectorXd::LinSpaced(4, 1, 4).cwiseAbs2().asDiagonal());
  for (Index e = 0; e < 4; ++e)
    CHECK(w[e] == doctest::Approx(1.0 / static_cast<double>(e + 1)).epsilon(1e-9));
}
