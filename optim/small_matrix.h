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

/// Solves a x = b for a positive definite `a`, by Cholesky's factors. An unknown that depends on
/// those before it, by kDependent, becomes 0.
Eigen::VectorXd solve_positive(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

}  // namespace sand::optim
