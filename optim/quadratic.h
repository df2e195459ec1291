// Small convex problems whose solutions weigh the domains: by interior points and Newton's method, in double,
// with a fixed order of operations.
#pragma once

#include <Eigen/Core>

#include "tensor/scalar.h"

namespace sand::optim {

/// The x >= 0 that minimises x^T A x / 2 + b^T x, also with sum 1 if `on_simplex`, for a symmetric A [n, n]
/// without negative eigenvalues. Without the simplex, A must be positive definite.
///
/// By Mehrotra's predictor and corrector (1992), until the products of numbers and slopes are below 1e-18 of
/// the scale of the problem, in at most 60 steps; 8 to 30 are usual. Then solves for the numbers above 0
/// alone, so all others are exactly 0. If there are many solutions (rows that depend on each other), the
/// result is one of them.
Eigen::VectorXd least_quadratic(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, bool on_simplex);

/// The w >= least that minimises w^T G w, for a positive definite G: the weights of the projection of sum_e
/// least_e g_e onto the dual cone of the rows, whose products with all rows are not negative. Exactly `least`
/// if the products of sum_e least_e g_e are not negative.
Eigen::VectorXd least_above(const Eigen::MatrixXd& g, const Eigen::VectorXd& least);

/// The w >= 0 with sum 1 that minimises b^T w + radius |g_w|, |g_w| = sqrt(w^T G w), for radius > 0. It
/// minimises b^T w + w^T G w / (2 nu) if nu = |g_w| / radius: nu is found by Illinois' method to 1e-14, in at
/// most 60 steps; 10 are usual. Zeros if |g_w| is below 1e-7 of the longest row.
Eigen::VectorXd least_on_simplex(const Eigen::MatrixXd& g, const Eigen::VectorXd& b, double radius);

/// The w > 0 with (G w)_e = 1 / w_e for all e, which minimises w^T G w / 2 - sum_e ln w_e: by Newton's
/// method with a line search, until steps no longer shrink, in at most 100 steps; 5 to 30 are usual. G must
/// have a positive diagonal. If the hull of the rows contains 0 there is no such w; a ridge of 1e-10 G_ee
/// keeps it finite.
Eigen::VectorXd bargain(const Eigen::MatrixXd& g);

}  // namespace sand::optim
