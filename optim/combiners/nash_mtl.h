// The bargaining solution of Nash: every domain gains alike, relative to its own stake (Navon et al. 2022,
// arXiv 2202.01017).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of NashMtl.
struct NashMtlOptions {
  double max_norm = 1;  ///< a longer direction is shortened to this length; 0: none is
};

/// The w > 0 with (G w)_e = 1 / w_e (optim/quadratic.h), then scaled so that |direction| is at most max_norm.
/// Without this its length is sqrt(E), even near a stationary point. A domain whose gradient is 0 gets weight
/// 0, all get 0 if G = 0. If the hull of the rows contains 0 (they cancel, and G is rank-deficient), w grows
/// to 1e5 / |g_e| and the direction is what rounding leaves. If G is not finite, see ByWeighting.
class NashMtl : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for a negative or infinite max_norm.
  explicit NashMtl(const NashMtlOptions& options = {});
  const char* name() const override { return "NashMTL"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  double max_norm_;
};

}  // namespace sand::optim
