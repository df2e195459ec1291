// Keeps the sum of the gradients where all domains agree on the sign, and draws the others at random
// (Mansilla et al. 2021, arXiv 2108.01621).
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of AgrRand.
struct AgrRandOptions {
  double scale = 1e-4;  ///< standard deviation of what is drawn, >= 0; the default is ours
};

/// direction = sum_e g_e where the gradients of all domains have one sign, else scale * z with z ~ N(0, 1). z
/// is a function of the table's seed and step and of the column. An exact zero has no sign. Needs two
/// domains.
class AgrRand : public ByColumn {
 public:
  static constexpr std::uint32_t kStream = 0x61677272;  ///< "agrr", of its random numbers

  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for a scale that is negative or not finite.
  explicit AgrRand(const AgrRandOptions& options = {});
  const char* name() const override { return "AgrRand"; }

 private:
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override;

  double scale_;
};

}  // namespace sand::optim
