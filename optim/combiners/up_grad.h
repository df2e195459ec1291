// Projects every domain's gradient so that it conflicts with no domain, and takes the mean (Quinton and Rey
// 2024, arXiv 2406.16232).
#pragma once

#include "optim/combiners/dual_proj.h"

namespace sand::optim {

/// direction = the sum over domains i of the projection of u_i g_i, as DualProj projects. Scaling a row by x
/// > 0 scales its part of the sum by x, up to reg_eps. G that is rank-deficient, 0 or not finite: as in
/// DualProj.
class UpGrad : public DualProj {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for numbers out of range.
  explicit UpGrad(const DualProjOptions& options = {}) : DualProj("UPGrad", options) {}
  const char* name() const override { return "UPGrad"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;
};

}  // namespace sand::optim
