// Keeps a weight's gradient only if enough domains agree on its sign (Parascandolo et al. 2020, arXiv
// 2009.00329).
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

struct AndMaskOptions {
  /// The agreement s that opens a weight, in [0, 1]; 0 is plain averaging, 1 requires unanimity
  double tau = 1;
  bool rescale = true;  ///< divide every slot by the mean of its mask, see ByColumn
};

/// m = 1 if s >= tau, else 0; direction = m * gbar, where s = |n_plus - n_minus| / E and gbar is the mean
/// gradient. An exact zero (a dead ReLU) counts for neither sign, so a single one breaks unanimity. Needs two
/// domains.
class AndMask : public ByColumn {
 public:
  static CombinerCard card();
  /// Throws Error(usage) for tau outside [0, 1].
  explicit AndMask(const AndMaskOptions& options = {});
  const char* name() const override { return "ANDMask"; }

 private:
  void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const override;

  double tau_;
};

/// The same mask; direction = m * sign(gbar) * exp((1 / E) sum_e log(|g_e| + 1e-10)), the geometric mean of
/// the magnitudes. One domain with a small gradient makes the step small.
class GeometricMean : public ByColumn {
 public:
  static CombinerCard card();
  /// Throws Error(usage) for tau outside [0, 1].
  explicit GeometricMean(const AndMaskOptions& options = {});
  const char* name() const override { return "GeometricMean"; }

 private:
  void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const override;
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override;

  double tau_;
};

}  // namespace sand::optim
