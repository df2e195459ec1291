// Parameter tensors that do not move in a run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "autograd/parameters.h"

namespace sand::experiments {

/// The slots whose names match one of some patterns: * stands for any text, ? for any letter, [ab] for one of
/// some letters. Their gradients count as 0, and no step of an optimizer changes a bit of them.
class FrozenWeights {
 public:
  /// Throws Error(usage) for a pattern that matches no slot, with the names of all slots, and if every slot
  /// matches.
  FrozenWeights(const std::vector<std::string>& patterns, const Parameters& parameters);

  const std::vector<Slot>& slots() const { return slots_; }
  bool has(const Slot& slot) const;
  /// Writes their numbers from `first` [J], the weights at the start of the run.
  void put_back(std::span<const Scalar> first, Parameters& parameters) const;

 private:
  std::vector<Slot> slots_;
};

}  // namespace sand::experiments
