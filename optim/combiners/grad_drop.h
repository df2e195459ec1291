// Keeps either the positive or the negative gradients of a weight, at random (Chen et al. 2020, arXiv
// 2010.06808).
#pragma once

#include <vector>

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of GradDrop.
struct GradDropOptions {
  std::vector<double> leak = {};  ///< [E], the share of each row that always passes, in [0, 1]; none: 0
};

/// With P = (1 + sum_e g_e / sum_e |g_e|) / 2, the share of the positive gradients, and a random U from (0,
/// 1), direction = sum_e (leak_e + (1 - leak_e) k_e) g_e, where k_e = 1 if P > U and g_e > 0, or P <= U and
/// g_e < 0, else 0. U is a function of the table's seed and step and of the column. Where all gradients are
/// 0, the direction is 0. Without leaks, the order of the domains changes no bit.
class GradDrop : public ByColumn {
 public:
  static constexpr std::uint32_t kStream = 0x67726472;  ///< "grdr", of its random numbers

  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for a leak outside [0, 1].
  explicit GradDrop(const GradDropOptions& options = {});
  const char* name() const override { return "GradDrop"; }

 private:
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override;
  /// The direction of column j, if there are leaks.
  double with_leaks(const Agreement& agreement, int j, bool takes_positive) const;

  std::vector<double> leak_;
};

}  // namespace sand::optim
