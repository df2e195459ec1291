// A worker of a sweep: takes jobs from the queue and trains them, some at a time.
#pragma once

#include <filesystem>
#include <string>

namespace sand::experiments {

struct WorkerOptions {
  std::filesystem::path sweep;
  int jobs = 0;                ///< runs at a time; 0: one for each core (divided by threads)
  int threads = 1;             ///< of each run
  int shard = 1, shards = 1;   ///< takes every shards-th job of the plan, from number `shard`
  std::string only;            ///< takes this job alone, by its id
  double minutes = 0;          ///< stops after this time with checkpoints; 0: no limit
  double stale_seconds = 180;  ///< after which a silent worker counts as dead; at least 5
  /// Waits until no other worker holds a job, to take over those of workers that die
  bool wait = false;
  bool quiet = false;        ///< no line for each job on stdout
  bool failures_ok = false;  ///< the exit code does not tell of failed jobs
};

/// Works until no job is left for it. Returns the exit code: 0, 75 after the time limit or a scheduler's
/// signal, 128 + the signal, or the Fault of the first job that failed. A job that fails does not keep the
/// others from being run. Throws Error(usage) for an unknown job, Error(io) once its runs have stopped if the
/// disk is full, and what read_plan throws.
int run_worker(const WorkerOptions& options);

}  // namespace sand::experiments
