// The charts of a run that need its data and its network, not only its text files.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/chart.h"
#include "experiments/report/run_log.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// Which charts to make.
struct NetworkOptions {
  bool cosines = true, weights = true, surface = true, predictions = true;
  bool whole_replay = false;  ///< see ReplayOptions
};

struct NetworkCharts {
  std::vector<Chart> cosines, weights, surface, predictions;
  std::vector<std::string> notes;  ///< what is missing and why, and what to know of the masks
};

/// `run` is the recorded run at its first step, on its own data. Throws what an update throws.
NetworkCharts network_charts(const RunLog& log, Training& run, const Threads& threads,
                             const NetworkOptions& options);

/// Opens the run first. Throws Error(data) for a run of another arithmetic, and what read_manifest and
/// RecordedRun throw.
NetworkCharts network_charts(const RunLog& log, const std::string& data_dir, int threads,
                             const NetworkOptions& options);

/// The same on data that the caller has: of a run whose settings do not name them.
NetworkCharts network_charts(const RunLog& log, const domains::DataSet& data, int threads,
                             const NetworkOptions& options);

}  // namespace sand::experiments
