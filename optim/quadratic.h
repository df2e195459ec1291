// Small convex problems whose solutions weigh the domains. All are solved exactly up to rounding, by active
// sets, in double and with a fixed order of operations.
#pragma once

#include <Eigen/Core>

#include "tensor/scalar.h"

namespace sand::optim {

/// The w >= least that minimises w^T G w, for a positive definite G: the weights of the projection of sum_e
/// least_e g_e onto the dual cone of the rows, whose products with all rows are not negative. By Lawson and
/// Hanson's active sets (1974) in at most 10 E changes of the set; each solves for the free weights. A weight
/// is free if its slope is below -1e-14 times the largest.
Eigen::VectorXd least_above(const Eigen::MatrixXd& g, const Eigen::VectorXd& least);

/// The w >= 0 with sum 1 that minimises b^T w + radius sqrt(w^T G w). Changes the set of weights above 0 at
/// most 10 E times; for a given set the solution has a closed form. Returns zeros if w^T G w vanishes there.
Eigen::VectorXd least_on_simplex(const Eigen::MatrixXd& g, const Eigen::VectorXd& b, double radius);

/// The w > 0 with (G w)_e = 1 / w_e for all e, which minimises w^T G w / 2 - sum_e ln w_e, by at most 100
/// damped Newton steps, until they are shorter than 1e-13. G must have a positive diagonal. If the hull of
/// the rows contains 0 there is no such w; then a ridge of 1e-12 G_ee keeps it finite.
Eigen::VectorXd bargain(const Eigen::MatrixXd& g);

}  // namespace sand::optim
