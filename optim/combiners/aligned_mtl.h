// Makes the components of the gradients equally strong (Senushkin et al. 2023, Independent component
// alignment for multi-task learning, CVPR).
#pragma once

#include <vector>

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of AlignedMtl.
struct AlignedMtlOptions {
  std::vector<double> pref_vector = {};  ///< [E], the weights before the alignment; none: 1 / E each
  /// The eigenvalue of G that all others are scaled to: the least, the median (of two the lesser), or the
  /// mean.
  enum class ScaleMode { min, median, rmse };
  ScaleMode scale_mode = ScaleMode::min;  ///< the least, the median or the mean one
};

/// w = sqrt(sigma) V diag(lambda)^(-1/2) V^T u, where G = V diag(lambda) V^T over the eigenvalues
/// above 1.2e-7 E times the largest, sigma is chosen by scale_mode and u is the preference. If G is
/// rank-deficient, the components with smaller eigenvalues are left out. If G = 0, w = u. If G is not finite,
/// see ByWeighting.
class AlignedMtl : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for a preference that is negative, not finite, or 0 for every domain.
  explicit AlignedMtl(const AlignedMtlOptions& options = {});
  const char* name() const override { return "AlignedMTL"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  AlignedMtlOptions options_;
};

}  // namespace sand::optim
