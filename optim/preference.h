// What the weightings share: G divided by its trace, and a user's preference among the domains.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "tensor/hparams.h"

namespace sand::optim {

/// G / trace(G), or zeros if the trace is below norm_eps, or 0.
Eigen::MatrixXd by_trace(const Eigen::MatrixXd& gram, double norm_eps);

HparamRule pref_vector_rule();
/// Throws Error(usage) for numbers that are negative, not finite, or all 0.
void check_preference(const char* method, const std::vector<double>& preference);
/// The preference [E], or `standard` for every domain if there is none. Throws Error(usage) unless it is
/// empty or has one number for each domain.
Eigen::VectorXd preference_or(double standard, const char* method, const std::vector<double>& preference,
                              Eigen::Index domains);

}  // namespace sand::optim
