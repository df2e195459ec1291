// Learning curves from the log of a run.
#pragma once

#include <vector>

#include "experiments/report/chart.h"
#include "experiments/report/run_log.h"

namespace sand::experiments {

/// Score and loss of every domain over the steps: training domains on the examples they train on and on
/// held-out ones, and test domains; with the known ceilings of the data set. Empty without records.
std::vector<Chart> curve_charts(const RunLog& log);

/// Scores of several runs in two charts: means over their training domains, and over their test domains.
std::vector<Chart> comparison_charts(const std::vector<RunLog>& logs);

/// The mean score over the training or the test domains in one part of a record; NaN if it was not measured.
double mean_score(const RunLog& log, const LogRecord& record, bool of_test, bool of_out);

}  // namespace sand::experiments
