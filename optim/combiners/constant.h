// The sum of the domains' gradients with weights that the user sets.
#pragma once

#include <vector>

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of Constant.
struct ConstantOptions {
  std::vector<double> weights = {};  ///< [E]; none: 1 / E each
};

/// direction = sum_e w_e g_e, whatever G is; if it is not finite, see ByWeighting.
class Constant : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for weights that are not finite, or all 0.
  explicit Constant(const ConstantOptions& options = {});
  const char* name() const override { return "Constant"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  std::vector<double> weights_;
};

}  // namespace sand::optim
