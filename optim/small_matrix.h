// The algebra of small symmetric matrices, such as Gram matrices of E domains: in double, with a fixed order
// of operations.
#pragma once

#include <Eigen/Core>

#include "tensor/scalar.h"

namespace sand::optim {

/// An eigenvalue below this share of the largest counts as 0, and so does a pivot below this share of its
/// diagonal number: rows of floats that depend on each other leave about 1e-14 in a Gram matrix.
constexpr double kDependent = 1e-12;

double dot(const Eigen::VectorXd& a, const Eigen::VectorXd& b);  ///< summed in ascending order
Eigen::VectorXd product(const Eigen::MatrixXd& a, const Eigen::VectorXd& x);

/// a = V diag(values) V^T with orthonormal columns of V; values in descending order.
struct Eigenpairs {
  Eigen::VectorXd values;   ///< [n]
  Eigen::MatrixXd vectors;  ///< [n, n], one column each
  /// The number of values above `cutoff` times the largest; 0 if none is positive.
  Index rank(double cutoff = kDependent) const;
};

/// By Jacobi's rotations, until all numbers off the diagonal are negligible. `a` must be symmetric and
/// finite.
Eigenpairs eigenpairs(Eigen::MatrixXd a);

/// The pseudo-inverse of a times b, for a symmetric `a` without negative eigenvalues: the least x that
/// minimises |a x - b|.
Eigen::VectorXd solve_least(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

/// a = L L^T, of a symmetric `a` without negative eigenvalues. A pivot of at most `cutoff` times its diagonal
/// number becomes 0: such an unknown depends on those before it.
class Cholesky {
 public:
  explicit Cholesky(const Eigen::MatrixXd& a, double cutoff = kDependent);
  Index rank() const { return rank_; }  ///< the number of unknowns that do not depend on those before them
  /// The solution of a x = b in which all dependent unknowns are 0.
  Eigen::VectorXd solve(Eigen::VectorXd b) const;

 private:
  Eigen::MatrixXd lower_;  // L; a column of zeros for a dependent unknown
  Index rank_ = 0;
};

}  // namespace sand::optim
