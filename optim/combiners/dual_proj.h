// Projects the mean gradient so that it conflicts with no domain (Lopez-Paz and Ranzato 2017, arXiv
// 1706.08840).
#pragma once

#include <vector>

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of DualProj.
struct DualProjOptions {
  std::vector<double> pref_vector = {};  ///< [E], the weights before the projection; none: 1 / E each
  double norm_eps = 1e-4;                ///< below this trace, G counts as 0
  double reg_eps = 1e-4;                 ///< is added to the diagonal of G / trace(G); > 0
};

/// direction = sum_e w_e g_e for the w >= u that minimises w^T G w: the vector nearest to sum_e u_e g_e whose
/// products with all rows are not negative, where u is the preference. G is divided by its trace first, and
/// reg_eps is added to its diagonal: so w is unique if G is rank-deficient, and a product may be as low as
/// -reg_eps w_e trace(G). If the trace is below norm_eps (G = 0), w = u. If G is not finite, see ByWeighting.
class DualProj : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for numbers out of range.
  explicit DualProj(const DualProjOptions& options = {}) : DualProj("DualProj", options) {}
  const char* name() const override { return "DualProj"; }

 protected:
  DualProj(const char* method, const DualProjOptions& options);    ///< for a method with another name
  static DualProjOptions options_of(const Hparams& hparams);       ///< of the hyper-parameters of the card
  Eigen::MatrixXd regularized(const Eigen::MatrixXd& gram) const;  ///< G / trace(G) + reg_eps 1
  Eigen::VectorXd preference(Index domains) const;                 ///< u [E]
  void add_settings(Terms* terms) const;                           ///< of the options, if `terms` is set

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  DualProjOptions options_;
};

}  // namespace sand::optim
