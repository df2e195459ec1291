// How far a sweep is.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/sweeps/plan.h"

namespace sand::experiments {

struct SweepStatus {
  int jobs = 0, done = 0, running = 0, dead = 0, failed = 0, waiting = 0;
  int never_learned = 0;               ///< of those done
  double per_hour = 0;                 ///< jobs finished, lately; 0 if unknown
  std::optional<double> seconds_left;  ///< at that rate
  double job_seconds = 0;              ///< mean of those done
  struct Failure {
    int jobs = 0;
    int code = 0;       ///< exit code that `sandgrad train` would have
    std::string first;  ///< id of a job with it
  };
  std::map<std::string, Failure> failures;  ///< by the first line of the message
  std::vector<std::string> dead_jobs;       ///< ids, of workers that died: the next worker takes them

  std::string text() const;
  std::string json() const;
};

/// Reads the plan and the queue, not the runs. Jobs of a claim that is not touched for `stale_seconds` count
/// as dead. Throws what read_plan and JobQueue throw.
SweepStatus sweep_status(const std::filesystem::path& sweep, double stale_seconds);

/// Lets failed jobs wait again; all, or those whose message contains `text`. Returns how many.
int retry_failed(const std::filesystem::path& sweep, const std::string& text);

}  // namespace sand::experiments
