// A recorded run, opened to be made again: what `sandgrad verify` and `sandgrad inspect` begin with.
#pragma once

#include <string>

#include "experiments/runs/manifest.h"
#include "experiments/training/memory_estimate.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// What a record names, and the run at its first step.
struct RecordedRun {
  /// Reads the data from `data_dir`, or from where the record says if that is "". Throws Error(resources)
  /// before it takes memory that is not there, Error(data) for data files or tensors of weights other than
  /// the recorded ones, and what reading the data throws.
  RecordedRun(Manifest recorded, const std::string& data_dir, int thread_count);

  const Manifest record;
  const Threads threads;
  MemoryEstimate memory;
  const domains::DataSet data;
  Training run;
};

}  // namespace sand::experiments
