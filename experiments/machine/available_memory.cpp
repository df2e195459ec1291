#include "experiments/machine/available_memory.h"

#include <sys/resource.h>

#include <algorithm>

#include "tensor/system_files.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

constexpr double kKilobyte = 1024;  // the kernel's "kB"

std::optional<double> kilobytes(const fs::path& file, const std::string& field) {
  const std::optional<double> number = number_in(system_text(file), field + ":", " kB");
  return number ? std::optional(*number * kKilobyte) : std::nullopt;
}

/// The memory that a group may still take. Pages of files do not count as used: the kernel frees them when
/// memory is short.
std::optional<double> left_in(const Cgroup& group, const char* limit_file) {
  const bool second = group.version == 2;
  const std::optional<double> limit =
      number_in(system_text(group.directory / limit_file), "");  // "max" is no limit
  const std::optional<double> used =
      number_in(system_text(group.directory / (second ? "memory.current" : "memory.usage_in_bytes")), "");
  if (!limit || !used) return std::nullopt;
  const std::string stat = system_text(group.directory / "memory.stat");
  return *limit - *used + number_in(stat, second ? "inactive_file " : "total_inactive_file ").value_or(0) +
         number_in(stat, second ? "active_file " : "total_active_file ").value_or(0);
}

}  // namespace

double process_memory(const char* field) { return kilobytes("/proc/self/status", field).value_or(0); }

std::optional<AvailableMemory> available_memory(const Threads& threads, const fs::path& root) {
  std::optional<AvailableMemory> least;
  const auto limited = [&](std::optional<double> bytes, const std::string& limit) {
    if (bytes && (!least || *bytes < least->bytes)) least = {std::max(*bytes, 0.0), limit};
  };
  limited(kilobytes(root / "proc/meminfo", "MemAvailable"), "MemAvailable in /proc/meminfo");

  for (const Cgroup& group : cgroups("memory", root)) {
    const char* const file = group.version == 2 ? "memory.max" : "memory.limit_in_bytes";
    limited(left_in(group, file), std::string(file) + " of the cgroup " + group.name);
  }

  rlimit stack{}, most{};
  constexpr double kStack = 8 << 20;
  const bool unknown = getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur == RLIM_INFINITY;
  const double stacks = threads.count() * (unknown ? kStack : static_cast<double>(stack.rlim_cur));
  const auto by_limit = [&](auto resource, const char* field, const char* name) {
    if (getrlimit(resource, &most) == 0 && most.rlim_cur != RLIM_INFINITY)
      limited(static_cast<double>(most.rlim_cur) - process_memory(field) - stacks, name);
  };
  by_limit(RLIMIT_AS, "VmSize", "ulimit -v");
  by_limit(RLIMIT_DATA, "VmData", "ulimit -d");
  return least;
}

}  // namespace sand::experiments
