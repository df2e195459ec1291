// Names of single weights: "linear1.weight[12,40]", "conv2.weight[3,5,0,2]", "norm0.bias[7]".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "autograd/parameters.h"

namespace sand::experiments {

struct WeightPlace {
  std::string name;  ///< as the user gave it
  Slot slot;
  Index column;  ///< position in the block of parameters, and in a row of a gradient table
};

/// The slot called `name`. Throws Error(usage) naming the slots that exist and their shapes, with a
/// suggestion.
const Slot& slot_named(const Parameters& parameters, std::string_view name);

/// NAME[i,j,...] with one index for each axis of the slot, from 0, in decimal digits and nothing else. Throws
/// Error(usage).
WeightPlace weight_named(const Parameters& parameters, const std::string& text);

/// The inverse: the name of the weight at position `column` of the block, at least 0 and below its size.
std::string weight_name(const std::vector<Slot>& slots, Index column);

}  // namespace sand::experiments
