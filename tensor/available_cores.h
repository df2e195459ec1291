// The number of threads worth starting: the least that the CPU affinity, the CPU quotas of the cgroups and
// OMP_NUM_THREADS allow.
#pragma once

#include <filesystem>
#include <string>

namespace sand {

struct AvailableCores {
  int count;  ///< at least 1
  /// the limit that decided: "CPU affinity", "cpu.max of the cgroup /jobs", "OMP_NUM_THREADS"
  std::string limit;
};

/// The minimum of three limits: `affinity` (the number of CPUs this process may run on), the CPU quota of
/// every enclosing cgroup (v1 and v2) in whole CPUs, and `omp_num_threads` (the text of OMP_NUM_THREADS, null
/// if unset). In a list such as "4,2" the first number counts. Text that is not a number sets no limit, and
/// `limit` says so. System files are read below `root`.
AvailableCores available_cores(int affinity, const char* omp_num_threads,
                               const std::filesystem::path& root = "/");

/// The same for this process; computed once.
const AvailableCores& available_cores();

}  // namespace sand
