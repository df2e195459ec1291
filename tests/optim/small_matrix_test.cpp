#include "optim/small_matrix.h"

#include <doctest/doctest.h>

#include "tests/optim/problems.h"

using namespace sand;
using namespace sand::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

VectorXd random_vector(Index n, Random& random) {
  VectorXd x(n);
  for (double& number : x) number = random.normal();
  return x;
}

}  // namespace

TEST_CASE("A dot product and a product with a matrix are those of Eigen") {
  Random random(1);
  for (const Index n : {0, 1, 2, 7}) {
    const VectorXd a = random_vector(n, random), b = random_vector(n, random);
    CHECK(dot(a, b) == doctest::Approx(a.dot(b)));
    const MatrixXd matrix = random_rows(n, 5, Hardship::none, random);
    const VectorXd x = random_vector(5, random);
    CHECK((product(matrix, x) - matrix * x).norm() <= 1e-14 * (1 + matrix.norm() * x.norm()));
  }
}

TEST_CASE("Eigenpairs rebuild their matrix, in descending order, with orthonormal vectors") {
  for_random_grams(300, 32, [](const MatrixXd& a, Index rank) {
    const Index n = a.rows();
    const Eigenpairs pairs = eigenpairs(a);
    const MatrixXd& v = pairs.vectors;
    CAPTURE(a);
    REQUIRE((a * v - v * pairs.values.asDiagonal()).norm() <= 1e-14 * (1 + a.norm()));
    REQUIRE((v.transpose() * v - MatrixXd::Identity(n, n)).norm() <= 6e-14);
    for (Index k = 0; k + 1 < n; ++k) REQUIRE(pairs.values[k] >= pairs.values[k + 1]);
    REQUIRE(pairs.values[n - 1] >= -1e-15);
    REQUIRE(pairs.rank() <= std::min(rank, n));
  });
}

TEST_CASE("Eigenpairs of symmetric matrices with negative and equal eigenvalues are found, too") {
  Random random(2);
  const MatrixXd swap = (MatrixXd(2, 2) << 0, 1, 1, 0).finished();
  CHECK((eigenpairs(swap).values - Eigen::Vector2d(1, -1)).norm() <= 1e-15);
  for (const Index n : {2, 5, 16, 64}) {
    const Eigenpairs basis = eigenpairs(gram_of(random_rows(n, n, Hardship::none, random)));
    VectorXd values = VectorXd::Constant(n, 2);  // all equal but one
    values[n - 1] = -3;
    const MatrixXd a = basis.vectors * values.asDiagonal() * basis.vectors.transpose();
    CHECK((eigenpairs((a + a.transpose()) / 2).values - values).norm() <= 1e-12);
  }
}

TEST_CASE("A diagonal matrix, a matrix of zeros and one of a single number need no rotation") {
  CHECK(eigenpairs(MatrixXd::Zero(3, 3)).values.isZero(0));
  CHECK(eigenpairs(MatrixXd::Zero(3, 3)).vectors == MatrixXd::Identity(3, 3));
  CHECK(eigenpairs(MatrixXd::Zero(3, 3)).rank() == 0);
  CHECK(eigenpairs(Eigen::Vector3d(1, 3, 2).asDiagonal()).values == Eigen::Vector3d(3, 2, 1));
  CHECK(eigenpairs(MatrixXd::Constant(1, 1, -4)).values[0] == -4);
}

TEST_CASE("The unit of a matrix changes its eigenvalues by this factor, and no vector") {
  Random random(3);
  const MatrixXd a = gram_of(random_rows(6, 8, Hardship::none, random));
  const Eigenpairs pairs = eigenpairs(a);
  for (const double unit : {0x1p-300, 0x1p300}) {
    const Eigenpairs scaled = eigenpairs(unit * a);
    CHECK(scaled.values == unit * pairs.values);
    CHECK(scaled.vectors == pairs.vectors);
  }
}

TEST_CASE("The rank counts the eigenvalues above a share of the largest") {
  const Eigenpairs pairs = eigenpairs(Eigen::Vector4d(1, 1e-3, 1e-11, 1e-13).asDiagonal());
  CHECK(pairs.rank() == 3);
  CHECK(pairs.rank(1e-5) == 2);
  CHECK(pairs.rank(1e-14) == 4);
  CHECK(eigenpairs(Eigen::Vector2d(-1, -2).asDiagonal()).rank() == 0);
}

TEST_CASE("The least solution is that of the pseudo-inverse") {
  Random random(4);
  for_random_grams(300, 16, [&](const MatrixXd& a, Index) {
    const Eigenpairs pairs = eigenpairs(a);
    const double ratio = pairs.rank() == 0 ? 1 : pairs.values[0] / pairs.values[pairs.rank() - 1];
    const VectorXd b = random_vector(a.rows(), random), x = solve_least(a, b);
    const double size = 1e-14 * ratio * (1 + x.norm()) + kDependent * b.norm();  // of what counts as 0
    // of the four conditions of Moore and Penrose, for x = A^+ b
    CAPTURE(a);
    REQUIRE((a * (b - a * x)).norm() <= size);  // the residual is across A
    REQUIRE((solve_least(a, a * x) - x).norm() <= 1e-12 * ratio * (1 + x.norm()));  // A^+ A A^+ = A^+
    const VectorXd c = random_vector(a.rows(), random);
    REQUIRE(std::fabs(c.dot(x) - b.dot(solve_least(a, c))) <= 1e-13 * ratio * (1 + x.norm()) * c.norm());
  });
  CHECK(solve_least(MatrixXd::Zero(3, 3), Eigen::Vector3d(1, 2, 3)).isZero(0));
  CHECK((solve_least(MatrixXd::Ones(2, 2), Eigen::Vector2d(1, 3)) - Eigen::Vector2d(1, 1)).norm() <= 1e-15);
}

TEST_CASE("Cholesky's factors solve positive definite systems") {
  Random random(5);
  for (const Index n : {1, 2, 3, 8, 32, 64}) {
    const MatrixXd a = gram_of(random_rows(n, 2 * n, Hardship::none, random));
    const VectorXd x = random_vector(n, random);
    const Cholesky factors(a);
    CHECK(factors.rank() == n);
    CHECK((factors.solve(a * x) - x).norm() <= 1e-11 * x.norm());
  }
}

TEST_CASE("An unknown that depends on those before it becomes 0, and the others solve their equations") {
  Random random(6);
  MatrixXd rows = random_rows(5, 9, Hardship::none, random);
  rows.row(2) = 2 * rows.row(0) - rows.row(1);
  const MatrixXd a = gram_of(rows);
  const VectorXd b = a * random_vector(5, random);  // so that the dropped equation holds, too
  const Cholesky factors(a);
  const VectorXd x = factors.solve(b);
  CHECK(factors.rank() == 4);
  CHECK(x[2] == 0);
  CHECK((a * x - b).norm() <= 1e-12 * b.norm());
  CHECK(Cholesky(MatrixXd::Zero(3, 3)).rank() == 0);
  CHECK(Cholesky(MatrixXd::Zero(3, 3)).solve(Eigen::Vector3d(1, 2, 3)).isZero(0));
}
