// What a mask did in one step, parameter tensor by parameter tensor.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "optim/combiner.h"

namespace sand::optim {

/// Counts over the weights of one slot, or of all.
struct MaskCounts {
  std::string name;        ///< of the slot; "total"
  Index weights = 0;       ///< how many there are
  Index closed = 0;        ///< m = 0
  Index partial = 0;       ///< 0 < m < 0.99
  Index open = 0;          ///< m >= 0.99
  Index moved_closed = 0;  ///< m = 0, and yet the optimizer moved the weight: momentum or weight decay
  /// exact zeros among the weights * E gradients: each abstains and breaks unanimity
  Index zero_gradients = 0;
  Index zero_variance = 0;          ///< weights whose gradient is the same in all (at least two) domains
  std::vector<Index> sign_balance;  ///< [E + 1], how many weights have |n_plus - n_minus| = 0 .. E

  /// A count as a fraction of the weights; 0 where there are none.
  double fraction(Index count) const {
    return weights == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(weights);
  }
};

/// Plain numbers, for people through `text()` and for machines field by field.
struct MaskReport {
  std::vector<MaskCounts> slots;
  MaskCounts total;

  /// Looks at one step: the table, the direction made of it and all parameters before and after the optimizer
  /// moved them. Throws Error(usage) unless all are equally long; `before` and `after` may both be empty:
  /// then moved_closed stays 0.
  MaskReport(const GradientTable& table, const Direction& direction, std::span<const Scalar> before = {},
             std::span<const Scalar> after = {});

  /// A line for every slot and the total, then the sign balance of all weights.
  std::string text() const;
};

}  // namespace sand::optim
