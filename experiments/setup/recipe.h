// How a run optimizes, beyond the protocol of a paper.
#pragma once

#include <string>

namespace sand::experiments {

/// The defaults are those of all runs that were made before these settings existed.
struct Recipe {
  std::string optimizer = "adam";  ///< a name in optim::optimizers()
  bool operator==(const Recipe&) const = default;
};

}  // namespace sand::experiments
