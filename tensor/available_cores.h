// How many threads are worth having: what the CPU affinity, the CPU quota of the cgroups and OMP_NUM_THREADS
// allow.
#pragma once

#include <filesystem>
#include <string>

namespace sand {

struct AvailableCores {
  int count;  ///< at least 1
  /// what allows no more: "CPU affinity", "cpu.max of the cgroup /jobs", "OMP_NUM_THREADS"
  std::string limit;
};

/// The least of `affinity` (the CPUs that this process may run on), the whole CPUs in the quota of each
/// cgroup (v1 and v2) around it, and the text of OMP_NUM_THREADS, of whose list "4,2" the first counts; null
/// where it is not set. A text that is no number limits nothing, and `limit` says so. The system's files are
/// looked for under `root`.
AvailableCores available_cores(int affinity, const char* omp_num_threads,
                               const std::filesystem::path& root = "/");

/// The same for this process; looked up once.
const AvailableCores& available_cores();

}  // namespace sand
