// SAND-mask with a ratio of signal to noise in place of 1 / variance: the mask does not depend on the unit of
// the gradients. Sandgrad's own.
#pragma once

#include "optim/combiners/sand_mask.h"

namespace sand::optim {

/// m = max(0, tanh(k (s - tau) gbar^2 / var)); direction = m * gbar, with the names of SandMask. Scaling all
/// gradients changes no mask, so one k serves every layer. If var = 0, as for a single domain: m = 1 if s >
/// tau and gbar is not 0, else 0.
class SandMaskSnr : public SandMask {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) as SandMask.
  explicit SandMaskSnr(const SandMaskOptions& options = {}) : SandMask("SANDMaskSNR", options) {}
  const char* name() const override { return "SANDMaskSNR"; }

 private:
  void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const override;
};

}  // namespace sand::optim
