// Weights of the domains that grow with their losses (Sagawa et al. 2020, arXiv 1911.08731).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of GroupDroWeights.
struct GroupDroWeightsOptions {
  double eta = 1e-2;  ///< step of the weights; >= 0
};

/// w_e = q_e exp(eta R_e) / sum_a q_a exp(eta R_a), where q are the weights of the step before, at first 1 /
/// E. It carries q from step to step. G does not matter; if it is not finite, see ByWeighting, and q stays. A
/// loss that is not finite makes a direction that is not finite. Throws Error(usage) for a table with another
/// number of domains than the step before.
class GroupDroWeights : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for an eta that is negative or not finite.
  explicit GroupDroWeights(const GroupDroWeightsOptions& options = {});
  const char* name() const override { return "GroupDROWeights"; }
  std::vector<double> state() const override { return {q_.begin(), q_.end()}; }
  void resume(std::span<const double> state) override;

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;
  void keep(const Eigen::VectorXd& weights) override;

  double eta_;
  Eigen::VectorXd q_, before_;  // after the last step and before it
};

}  // namespace sand::optim
