// Compares the files that a run writes once with those of its replay.
#pragma once

#include <filesystem>
#include <optional>

#include "experiments/runs/difference.h"
#include "experiments/runs/recorded_run.h"

namespace sand::experiments {

/// Whether the file exists. A file that cannot be examined counts as existing: reading it gives the reason.
bool is_there(const std::filesystem::path& path);

struct ComparedRecord {
  std::optional<Finding> finding;
  bool same_version;  ///< the same version of the program made the run
};

/// Compares record.json of the directory `run`, except build and paths. Also finds a key that no run writes.
ComparedRecord compare_record_json(const std::filesystem::path& run, const RecordedRun& recorded);

/// Compares done, the file of a finished run.
std::optional<Finding> compare_done(const std::filesystem::path& run, const Training& replay);

/// Compares weights.safetensors of a finished run.
std::optional<Finding> compare_weights(const std::filesystem::path& run, const Training& replay);

}  // namespace sand::experiments
