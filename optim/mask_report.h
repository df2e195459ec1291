// Statistics of a mask in one step, for each parameter tensor. A method without a mask counts as m = 1.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "optim/combiner.h"

namespace sand::optim {

/// Counts over the weights of one slot, or of all.
struct MaskCounts {
  std::string name;        ///< of the slot, or "total"
  Index weights = 0;       ///< number of weights
  Index closed = 0;        ///< m = 0
  Index partial = 0;       ///< 0 < m < 0.99
  Index open = 0;          ///< m >= 0.99
  Index moved_closed = 0;  ///< m = 0, but the optimizer moved the weight: momentum or weight decay
  /// exact zeros among the weights * E gradients: each counts for neither sign and breaks unanimity
  Index zero_gradients = 0;
  Index zero_variance = 0;          ///< weights whose gradient is the same in all (at least two) domains
  std::vector<Index> sign_balance;  ///< [E + 1], how many weights have |n_plus - n_minus| = 0 .. E

  /// A count as a fraction of the weights; 0 if there are none.
  double fraction(Index count) const {
    return weights == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(weights);
  }
};

/// Plain numbers: `text()` is for people, the fields are for programs.
struct MaskReport {
  std::vector<MaskCounts> slots;
  MaskCounts total;

  /// Counts for one step: from the table, its direction, and all parameters before and after the optimizer
  /// moved them. Throws Error(usage) unless all have the same length. `before` and `after` may both be empty;
  /// then moved_closed stays 0.
  MaskReport(const GradientTable& table, const Direction& direction, std::span<const Scalar> before = {},
             std::span<const Scalar> after = {});

  /// One line per slot and one for the total, then the sign balance of all weights.
  std::string text() const;
};

}  // namespace sand::optim
