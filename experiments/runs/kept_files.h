// The files that a run writes once, compared with those that the run writes when it is made again.
#pragma once

#include <filesystem>
#include <optional>

#include "experiments/runs/difference.h"
#include "experiments/runs/recorded_run.h"

namespace sand::experiments {

/// Whether there is such a file. One that cannot be examined is there: reading it will say why not.
bool is_there(const std::filesystem::path& path);

struct ComparedRecord {
  std::optional<Finding> finding;
  bool same_version;  ///< of the program that made the run
};

/// record.json of the directory `run`, except build and places. A key that no run writes is found, too.
ComparedRecord compare_record_json(const std::filesystem::path& run, const RecordedRun& recorded);

/// done, which a run has that went to its end.
std::optional<Finding> compare_done(const std::filesystem::path& run, const Training& replay);

/// weights.safetensors, of a finished run.
std::optional<Finding> compare_weights(const std::filesystem::path& run, const Training& replay);

}  // namespace sand::experiments
