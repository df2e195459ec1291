#include "experiments/available_memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

constexpr double kKilobyte = 1024;  // as the kernel writes "kB"

/// The beginning of a file of the kernel, whose size nobody knows beforehand; "" if it cannot be read.
std::string text_of(const fs::path& file) {
  std::string text(1 << 16, '\0');
  std::ifstream in(file);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::optional<double> kilobytes(const fs::path& file, const std::string& field) {
  const std::optional<double> number = number_in(text_of(file), field + ":", " kB");
  return number ? std::optional(*number * kKilobyte) : std::nullopt;
}

/// Where a version of cgroups keeps its numbers.
struct Cgroups {
  fs::path mount;
  const char *limit, *usage, *inactive_file, *active_file;
};

/// What a group may still take. Pages of files are given back when memory is short, so they are not counted as used.
std::optional<double> left_in(const fs::path& group, const Cgroups& cgroups) {
  const std::optional<double> limit = number_in(text_of(group / cgroups.limit), ""), used = number_in(text_of(group / cgroups.usage), "");
  if (!limit || !used) return std::nullopt;  // "max" is no limit
  const std::string stat = text_of(group / "memory.stat");
  return *limit - *used + number_in(stat, cgroups.inactive_file).value_or(0) + number_in(stat, cgroups.active_file).value_or(0);
}

/// The group of a line of /proc/self/cgroup, if the line is about memory: "0::/jobs" in version 2, "4:cpu,memory:/jobs" in 1.
std::optional<std::string> group_of(std::string_view line, bool second_version) {
  const std::size_t first = line.find(':'), second = line.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
  const bool ours =
      second_version ? line.substr(0, first) == "0" && controllers == ",," : controllers.find(",memory,") != std::string::npos;
  return ours ? std::optional(std::string(line.substr(second + 1))) : std::nullopt;
}

}  // namespace

std::optional<double> number_in(std::string_view text, std::string_view key, std::string_view unit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.substr(0, key.size()) != key) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", key.size()), line.size()));
    std::uint64_t number = 0;
    const auto [stop, failure] = std::from_chars(line.data(), line.data() + line.size(), number);
    const std::string_view rest = line.substr(static_cast<std::size_t>(stop - line.data()));
    return failure == std::errc() && rest == unit ? std::optional(static_cast<double>(number)) : std::nullopt;
  }
  return std::nullopt;
}

double process_memory(const char* field) { return kilobytes("/proc/self/status", field).value_or(0); }

std::optional<AvailableMemory> available_memory(const Threads& threads, const fs::path& root) {
  std::optional<AvailableMemory> least;
  const auto limited = [&](std::optional<double> bytes, const std::string& limit) {
    if (bytes && (!least || *bytes < least->bytes)) least = {std::max(*bytes, 0.0), limit};
  };
  limited(kilobytes(root / "proc/meminfo", "MemAvailable"), "MemAvailable in /proc/meminfo");

  const Cgroups v2{root / "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file ", "active_file "};
  const Cgroups v1{root / "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ",
                   "total_active_file "};
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);)
    for (const Cgroups* cgroups : {&v2, &v1}) {
      const std::optional<std::string> group = group_of(line, cgroups == &v2);
      if (!group) continue;
      // A container may know its group by the path that the host has for it; then only the root is there.
      for (fs::path path = fs::path(*group).lexically_normal().relative_path();; path = path.parent_path()) {
        limited(left_in(cgroups->mount / path, *cgroups), std::string(cgroups->limit) + " of the cgroup /" + path.string());
        if (path.empty()) break;
      }
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
