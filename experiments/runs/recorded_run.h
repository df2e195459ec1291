// A recorded run, opened for a replay by `sandgrad verify` or `sandgrad inspect`.
#pragma once

#include <string>

#include "experiments/runs/manifest.h"
#include "experiments/training/memory_estimate.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// The data and settings of a record, and the run at its first step.
struct RecordedRun {
  /// Reads the data from `data_dir` (a user's own file, too), or from the recorded place if `data_dir` is "".
  /// Throws Error(resources) before it takes memory that is not available, Error(data) if data files or
  /// weight tensors differ from the record, and what reading the data throws.
  RecordedRun(Manifest recorded, const std::string& data_dir, int thread_count);

  const Manifest record;
  const Threads threads;
  MemoryEstimate memory;
  const domains::DataSet data;
  Training run;
};

}  // namespace sand::experiments
