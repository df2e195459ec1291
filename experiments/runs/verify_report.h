// What `sandgrad verify` says at its end.
#pragma once

#include <string>
#include <vector>

#include "experiments/runs/difference.h"

namespace sand::experiments {

/// What differed, and how far it was looked.
struct VerifyReport {
  std::vector<Finding> findings;
  int steps = 0, records = 0, checkpoints = 0;  ///< made again and compared
  int from_step = -1;                           ///< the checkpoint that it began with; -1 for none
  bool whole = true;                            ///< all steps of the record
  bool end = false, text = false;               ///< done and weights.safetensors, out.txt were compared
  bool chain = false;                           ///< the last one was expected

  /// The findings, or what was checked and what is on trust. Returns the exit code.
  int print(const std::string& run) const;
};

}  // namespace sand::experiments
