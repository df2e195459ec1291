// The direction with equal cosines to all domains' gradients, as long as their projections on it together
// (Liu et al. 2024, arXiv 2408.11104).
#pragma once

#include <vector>

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of ConFig.
struct ConFigOptions {
  std::vector<double> pref_vector = {};  ///< [E], the cosines up to a factor; none: 1 each
};

/// With unit rows U (0 for a row of 0) and the preference u: n = U^+ u / |U^+ u|, direction = (sum_e g_e . n)
/// n. It is a weighted sum of rows, since U^+ u = U^T (U U^T)^+ u. If G is rank-deficient, the cosines are
/// equal as far as the rows allow, in the least-squares sense. If |U^+ u| < 1e-6 |u| (rows that cancel, or G
/// = 0), the direction is 0. If G is not finite, see ByWeighting.
class ConFig : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for a preference that is negative, not finite, or 0 for every domain.
  explicit ConFig(const ConFigOptions& options = {});
  const char* name() const override { return "ConFIG"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  ConFigOptions options_;
};

}  // namespace sand::optim
