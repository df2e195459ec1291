// What a dry run learned of a pass: which entries it records, and which of them reads a value last.
#pragma once

#include <array>
#include <vector>

#include "autograd/op.h"

namespace sand {

/// A tape with a plan uses the memory of a value again after the entry that reads it last.
struct Plan {
  struct Entry {
    const OpDoc* doc;
    std::array<int, 3> inputs;
    int last_reader;  ///< index of a later entry; -1 if none reads it, or if it is what the pass is for
  };
  std::vector<Entry> entries;
  int output = -1;  ///< index of the entry that the pass is for
};

}  // namespace sand
