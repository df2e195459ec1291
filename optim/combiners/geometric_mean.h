// The geometric mean of the domains' gradients, where enough domains agree on the sign (Parascandolo et al.
// 2020, arXiv 2009.00329).
#pragma once

#include "optim/combiners/and_mask.h"

namespace sand::optim {

/// AndMask's mask; direction = m * sign(gbar) * exp((1 / E) sum_e log(|g_e| + 1e-10)), the geometric mean of
/// the magnitudes. One domain with a small gradient makes the step small.
class GeometricMean : public AndMask {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for tau outside [0, 1].
  explicit GeometricMean(const AndMaskOptions& options = {}) : AndMask("GeometricMean", options) {}
  const char* name() const override { return "GeometricMean"; }

 private:
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override;
};

}  // namespace sand::optim
