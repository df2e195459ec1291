// The tables of a sweep, and its hyper-parameters against the scores.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/report/chart.h"
#include "experiments/sweeps/results.h"
#include "experiments/sweeps/tables.h"

namespace sand::experiments {

/// Whether the directory holds a plan, or directories with results.
bool holds_sweep(const std::filesystem::path& folder);

struct SweepReport {
  std::vector<DataTable>
      tables;                   ///< of every selection that has a result, then how many runs are behind them
  std::vector<Chart> scatters;  ///< a chart for each method and hyper-parameter that varies
  DataTable runs;               ///< at most 1000 of them
  std::vector<std::string> notes;
};

/// Throws what read_results and read_plan throw.
SweepReport sweep_report(const std::filesystem::path& folder, const Threads& threads);

/// One chart for each hyper-parameter that takes several values in these runs, of one data set and method.
/// The score is the mean accuracy on the test domains after the last record; runs that never learned are
/// crosses.
std::vector<Chart> scatter_charts(const std::vector<const RunResult*>& runs);

}  // namespace sand::experiments
