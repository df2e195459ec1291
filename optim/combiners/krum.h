// The mean of the gradients that are nearest to their neighbours (Blanchard et al. 2017, Machine learning
// with adversaries, NeurIPS).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of Krum.
struct KrumOptions {
  double n_byzantine = 1;  ///< domains that may be wrong, a whole number
  double n_selected = 1;   ///< domains whose mean is taken, a whole number of at least 1
};

/// The score of a domain is the sum of the distances to its E - n_byzantine - 2 nearest neighbours. w = 1 /
/// n_selected for the domains with the least scores (of equal scores the first), else 0. Needs n_byzantine +
/// 3 domains, and n_selected. Distances are sqrt(G_aa + G_bb - 2 G_ab), so rows that differ by less than 1e-8
/// of their length are equal. The rank of G does not matter. If G = 0, the first n_selected domains are
/// taken. If G is not finite, see ByWeighting.
class Krum : public ByWeighting {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for numbers out of range.
  explicit Krum(const KrumOptions& options = {});
  const char* name() const override { return "Krum"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;

  Index byzantine_, selected_;
};

}  // namespace sand::optim
