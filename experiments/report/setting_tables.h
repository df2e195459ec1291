// The settings of runs side by side.
#pragma once

#include <vector>

#include "experiments/report/html.h"
#include "experiments/report/run_log.h"

namespace sand::experiments {

/// A row for each setting that differs between the runs, a column for each run; without rows if none differs.
DataTable setting_differences(const std::vector<RunLog>& logs);
/// A row for each setting of any run.
DataTable all_settings(const std::vector<RunLog>& logs);

}  // namespace sand::experiments
