// The effect of one update on a whole parameter tensor: a table of ranges, and a heat map of mask and
// agreement.
#pragma once

#include <string>
#include <vector>

#include "optim/combiner.h"

namespace sand::experiments {

struct Range {
  std::string name;  ///< "mask", "agreement", "gradient of domain 2"
  double least, mean, greatest;
};

struct LayerExplanation {
  Slot slot;
  std::vector<Range> ranges;
  Index closed = 0, partial = 0, open = 0;  ///< weights with m = 0, 0 < m < 0.99, m >= 0.99
  std::vector<double> mask, agreement;      ///< of every weight of the slot

  /// `domain_names` for the rows of the table; empty: their numbers.
  LayerExplanation(const GradientTable& table, const optim::Direction& direction, const Slot& slot,
                   const std::vector<std::string>& domain_names = {});

  std::string text() const;
  std::string json() const;  ///< the table as one line
  /// Two panels: the mask on the left, the agreement on the right. Black is 0, then red, yellow, and white is
  /// 1. A row of a panel is an output of the layer; a vector is folded into a square. In a slot with more
  /// than 1024 rows or columns, a point is a mean of neighbours. Throws Error(io).
  void write_heat_map(const std::string& path) const;
};

}  // namespace sand::experiments
