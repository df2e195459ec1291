// The plan of a sweep: which runs it consists of. DIR/jobs.jsonl, one job a line, in a fixed order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/sweeps/job.h"

namespace sand::experiments {

struct SweepRequest {
  std::vector<std::string> data_sets, algorithms;
  /// "single", "pairs", "all" (both, DomainBed's default), or sets such as "0" and "0,2"
  std::vector<std::string> test_sets = {"single"};
  int hparams_from = 0, hparams = 20;  ///< hparams_seed from .. below
  int trials = 3;                      ///< trial_seed 0 .. below
  /// Runs that cannot learn (no mask ever opens, no weight decay) make one step: their weights never change.
  bool short_dead_runs = false;
  RunRequest settings = job_defaults();  ///< of every job
};

/// Every combination, in DomainBed's order: trials, data sets, algorithms, test sets, hparams_seeds. Names
/// are spelled as sandgrad spells them; k_as_first_released is only for SANDMask's jobs. Resolves every
/// combination of data set and algorithm, and reads a data set whose number of domains is not fixed. Throws
/// Error(usage) naming what is wrong.
std::vector<Job> make_jobs(const SweepRequest& request);

/// Creates the directory with jobs.jsonl. Returns false if it holds this plan already. Throws Error(busy) for
/// a directory with another plan or with other files, Error(io) if writing fails.
bool write_plan(const std::filesystem::path& sweep, const std::vector<Job>& jobs);

/// Throws Error(missing) without a plan, Error(data) naming a line that is not a job or whose id is not that
/// of its arguments.
std::vector<Job> read_plan(const std::filesystem::path& sweep);

/// Whether there is a plan.
bool holds_plan(const std::filesystem::path& sweep);

}  // namespace sand::experiments
