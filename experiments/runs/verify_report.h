// The report of `sandgrad verify`.
#pragma once

#include <string>
#include <vector>

#include "experiments/runs/difference.h"

namespace sand::experiments {

/// The differences, and which parts were compared.
struct VerifyReport {
  std::vector<Finding> findings;
  int steps = 0, records = 0, checkpoints = 0;  ///< replayed and compared
  int from_step = -1;                           ///< the checkpoint at the start of the replay; -1 for none
  bool whole = true;                            ///< all steps of the record were replayed
  bool end = false, text = false;               ///< done and weights.safetensors, out.txt were compared
  bool chain = false;                           ///< the last chain was compared with --expect-chain

  /// Prints the findings, or what was checked and what is not checked. Returns the exit code.
  int print(const std::string& run) const;
};

}  // namespace sand::experiments
