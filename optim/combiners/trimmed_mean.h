// The mean of each weight's gradients without the largest and the smallest ones (Yin et al. 2018, arXiv
// 1803.01498).
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of TrimmedMean.
struct TrimmedMeanOptions {
  double trim_number = 1;  ///< how many of the largest, and of the smallest, gradients are left out
};

/// direction = the mean of the E - 2 trim_number gradients in the middle. The order of the domains changes no
/// bit. Needs 2 trim_number + 1 domains.
class TrimmedMean : public ByColumn {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) unless trim_number is a whole number from 0 to 1000.
  explicit TrimmedMean(const TrimmedMeanOptions& options = {});
  const char* name() const override { return "TrimmedMean"; }

 private:
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override;

  int trim_;
};

}  // namespace sand::optim
