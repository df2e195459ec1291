// How much memory this process may still take, limited by the machine, its cgroups and its own limits.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tensor/threads.h"

namespace sand::experiments {

struct AvailableMemory {
  double bytes;
  std::string limit;  ///< the limit that applies: "MemAvailable in /proc/meminfo", "memory.max of the cgroup
                      ///< /jobs", "ulimit -v"
};

/// The least of MemAvailable, of the rest in each cgroup (v1 and v2) around this process, and of RLIMIT_AS
/// and RLIMIT_DATA minus the stacks of `threads`. Reads the kernel's files under `root`. A file that is
/// missing or in another format limits nothing. Returns nothing if there is no limit.
std::optional<AvailableMemory> available_memory(const Threads& threads,
                                                const std::filesystem::path& root = "/");

/// A line of /proc/self/status in bytes: "VmRSS" (held now), "VmHWM" (most ever held), "RssFile", "VmExe",
/// "VmLib", "VmSize", "VmData". 0
/// if it cannot be read.
double process_memory(const char* field);

}  // namespace sand::experiments
