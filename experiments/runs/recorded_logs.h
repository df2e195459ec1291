// Checks that metrics.jsonl and results.jsonl match a run's record. Reads them once, before any replay.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "experiments/runs/difference.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

struct RecordedLogs {
  int last_step = -1;  ///< of the last line of metrics.jsonl
  std::string chain;   ///< of that line
  /// the first line that is missing, duplicated, out of order, or of a run with other settings
  std::optional<Finding> finding;
};

/// Throws what RecordedLines throws.
RecordedLogs read_logs(const std::filesystem::path& run, const Settings& settings);

}  // namespace sand::experiments
