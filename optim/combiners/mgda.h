// The shortest vector in the convex hull of the domains' gradients (Desideri 2012; Sener and Koltun 2018,
// arXiv 1810.04650).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of Mgda.
struct MgdaOptions {
  double epsilon = 1e-3;   ///< ends when a step is shorter; > 0
  double max_iters = 100;  ///< most steps, a whole number
};

/// Minimises |sum_e w_e g_e| over w >= 0 with sum 1, by steps of Frank and Wolfe from equal weights: each
/// moves w towards the domain with the least product, as far as is best. Exact for two domains. For more, and
/// with the default max_iters, some products g_e . d fall short of |d|^2, by up to about 1 % of the longest
/// row squared. If G is rank-deficient the weights are one of many solutions. If G = 0, w = 1 / E. If G is
/// not finite, see ByWeighting.
class Mgda : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for numbers out of range.
  explicit Mgda(const MgdaOptions& options = {});
  const char* name() const override { return "MGDA"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  MgdaOptions options_;
};

}  // namespace sand::optim
