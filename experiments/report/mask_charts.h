// Masks over the steps of a run, from its log.
#pragma once

#include <vector>

#include "experiments/report/chart.h"
#include "experiments/report/run_log.h"

namespace sand::experiments {

/// The shares of closed, partial and open weights over the steps; and for every parameter tensor its density,
/// the share with m > 0, and its saturation, the share of these with m >= 0.99. Empty without mask reports.
std::vector<Chart> mask_charts(const RunLog& log);

/// The weights by s = |n_plus - n_minus| / E: a histogram of the last record, and all records as a heat map.
/// Empty without mask reports.
std::vector<Chart> agreement_charts(const RunLog& log);

}  // namespace sand::experiments
