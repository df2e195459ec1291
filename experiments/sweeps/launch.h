// Starts the workers of a sweep elsewhere: under Slurm, or as lines for another program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sand::experiments {

struct LaunchOptions {
  std::filesystem::path sweep;
  std::string program;  ///< path of sandgrad on the nodes
  int threads = 1;      ///< of each run
  // of Slurm
  int workers = 0;  ///< tasks of the array; 0: one for every ten jobs. At most as Slurm's MaxArraySize allows
  int cores = 1;    ///< of each worker, which trains cores / threads runs at a time
  std::string partition, time, memory;  ///< as for sbatch; "": the cluster's default
  std::vector<std::string> more;        ///< further options of sbatch, such as --account=mine
  bool submit = true;                   ///< false: only writes the scripts
};

/// DIR/slurm.sh: an array of workers. Before the time limit Slurm signals each, its runs stop with
/// checkpoints, and it is put into the queue again.
std::string slurm_script(const LaunchOptions& options, int workers);
/// DIR/collect.sh: the tables, once all workers have ended well.
std::string collect_script(const LaunchOptions& options);

/// Writes and submits both scripts. Returns what to tell the user. Throws Error(missing) if Slurm is not
/// installed, Error(resources) with its reason if it refuses.
std::string launch_slurm(const LaunchOptions& options);

/// One command a line for each job that is not done, for GNU parallel and the like.
std::string commands_to_print(const LaunchOptions& options);

/// 'text' for a shell.
std::string shell_quoted(const std::string& text);

}  // namespace sand::experiments
