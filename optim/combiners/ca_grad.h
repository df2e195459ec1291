// The direction near the mean gradient that serves the worst domain best (Liu et al. 2021, arXiv 2110.14048).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of CaGrad.
struct CaGradOptions {
  double c = 0.5;          ///< radius of the ball around the mean, in units of the mean's length; >= 0
  double norm_eps = 1e-4;  ///< below this trace, G counts as 0
};

/// With the mean g0 and g_w = sum_e w_e g_e: direction = g0 + c |g0| / |g_w| g_w for the w on the simplex
/// that minimises g_w . g0 + c |g0| |g_w|. Works on G / trace(G). If c |g0| = 0, the direction is g0. It is 0
/// if the trace is below norm_eps (G = 0), or if |g_w| is below norm_eps, or 1e-7 of the longest row, after
/// the division: then no direction improves all domains. If G is rank-deficient the w are one of many
/// solutions with the same g_w. If G is not finite, see ByWeighting.
class CaGrad : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for negative or infinite numbers.
  explicit CaGrad(const CaGradOptions& options = {});
  const char* name() const override { return "CAGrad"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  CaGradOptions options_;
};

}  // namespace sand::optim
