// The plan of a pass, from a dry run: the entries it records, and the last reader of each value.
#pragma once

#include <array>
#include <vector>

#include "autograd/op.h"

namespace sand {

/// A tape with a plan reuses the memory of a value after its last reader.
struct Plan {
  struct Entry {
    const OpDoc* doc;
    std::array<int, 3> inputs;
    int last_reader;  ///< index of a later entry; -1 if none reads it, or if it is the output of the pass
  };
  std::vector<Entry> entries;
  int output = -1;  ///< index of the entry that is the output of the pass
};

}  // namespace sand
