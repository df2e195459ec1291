// How much memory this process may still take: what the machine has left, and what its cgroups and its own
// limits allow.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tensor/threads.h"

namespace sand::experiments {

struct AvailableMemory {
  double bytes;
  std::string limit;  ///< what allows no more: "MemAvailable in /proc/meminfo", "memory.max of the cgroup
                      ///< /jobs", "ulimit -v"
};

/// The least of MemAvailable, of what is left in each cgroup (v1 and v2) around this process, and of
/// RLIMIT_AS and RLIMIT_DATA with the stacks of `threads` set aside. The kernel's files are looked for under
/// `root`; one that is not there, or is not written as the kernel writes it, limits nothing. Nothing where
/// there is no limit.
std::optional<AvailableMemory> available_memory(const Threads& threads,
                                                const std::filesystem::path& root = "/");

/// A line of /proc/self/status in bytes: "VmRSS" (held now), "VmHWM" (the most ever held), "VmSize",
/// "VmData". 0 where it cannot be read.
double process_memory(const char* field);

}  // namespace sand::experiments
