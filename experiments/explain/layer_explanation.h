// What one update did to a whole parameter tensor: a table of ranges, and a heat map of mask and agreement.
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

  /// `domain_names` of the table's rows; without them, their numbers.
  LayerExplanation(const GradientTable& table, const optim::Direction& direction, const Slot& slot,
                   const std::vector<std::string>& domain_names = {});

  std::string text() const;
  std::string json() const;  ///< the table as one line
  /// Two panels, left the mask, right the agreement: black is 0, then red, yellow, and white is 1. A line of
  /// a panel is an output of the layer; a vector is broken into a square. A point of a slot with more than
  /// 1024 lines or columns is a mean of neighbours. Throws Error(io).
  void write_heat_map(const std::string& path) const;
};

}  // namespace sand::experiments
