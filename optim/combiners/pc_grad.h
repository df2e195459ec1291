// Removes from each gradient what conflicts with the others (Yu et al. 2020, arXiv 2001.06782).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"

namespace sand::optim {

/// For every domain i: starting from g_i, for the other domains j in random order, subtracts the part along
/// g_j if the product with g_j is negative: g -= (g . g_j) / |g_j|^2 g_j. direction = the sum of the results.
/// The orders are a function of the table's seed and step. A row of 0 conflicts with none: if G = 0, w = 1.
/// The rank of G does not matter. If G is not finite, see ByWeighting.
class PcGrad : public ByWeighting {
 public:
  static constexpr std::uint32_t kStream = 0x70636772;  ///< "pcgr", of its random numbers

  static CombinerCard card();  ///< for the program's lists
  PcGrad() : ByWeighting(1) {}
  const char* name() const override { return "PCGrad"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override;
};

}  // namespace sand::optim
