// A recorded run, opened for a replay by `sandgrad verify` or `sandgrad inspect`.
#pragma once

#include <string>

#include "experiments/runs/manifest.h"
#include "experiments/training/memory_estimate.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// The record with `data_dir` in place of the recorded data directory (of the folder of a user's own file),
/// unless it is "".
Manifest in_place(Manifest record, const std::string& data_dir);

/// Reads the data of a record. Throws what reading them throws, with a hint if they are not in the recorded
/// directory and `moved` is false.
domains::DataSet recorded_data(const Settings& settings, bool moved, const Threads& threads);

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
