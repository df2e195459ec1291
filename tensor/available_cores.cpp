#include "tensor/available_cores.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <thread>

#include "tensor/system_files.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace sand {
namespace {

int cpus_to_run_on() {
#ifdef __linux__
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) return CPU_COUNT(&cpus);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// The CPU time that a group may use, in CPUs; nullopt if it is not limited.
std::optional<double> quota(const Cgroup& group) {
  std::optional<double> microseconds, period;
  if (group.version == 2) {  // "150000 100000", "max 100000"
    const std::string text = system_text(group.directory / "cpu.max");
    const std::size_t space = std::min(text.find(' '), text.size());
    microseconds = number_in(std::string_view(text).substr(0, space), "");
    period = number_in(std::string_view(text).substr(space), "");
  } else {
    microseconds = number_in(system_text(group.directory / "cpu.cfs_quota_us"), "");  // "-1" is no limit
    period = number_in(system_text(group.directory / "cpu.cfs_period_us"), "");
  }
  return microseconds && period && *period > 0 ? std::optional(*microseconds / *period) : std::nullopt;
}

/// The first number of a list in OpenMP's form, " 4 , 2"; nullopt for any other text.
std::optional<double> first_of(std::string_view list) {
  list = list.substr(0, list.find(','));
  while (!list.empty() && list.back() == ' ') list.remove_suffix(1);
  const std::optional<double> number = number_in(list, "");
  return number && *number >= 1 ? number : std::nullopt;
}

}  // namespace

AvailableCores available_cores(int affinity, const char* omp_num_threads, const std::filesystem::path& root) {
  AvailableCores cores{std::max(affinity, 1), "CPU affinity"};
  const auto limited = [&](std::optional<double> most, const std::string& limit) {
    if (most && *most < cores.count)
      cores = {std::max(static_cast<int>(*most), 1), limit};  // two threads on 1.5 CPUs would take turns
  };
  for (const Cgroup& group : cgroups("cpu", root))
    limited(quota(group), std::string(group.version == 2 ? "cpu.max" : "cpu.cfs_quota_us") +
                              " of the cgroup " + group.name);
  if (omp_num_threads == nullptr) return cores;
  const std::optional<double> wanted = first_of(omp_num_threads);
  limited(wanted, "OMP_NUM_THREADS");
  if (!wanted) cores.limit += "; OMP_NUM_THREADS is not a number and was ignored";
  return cores;
}

const AvailableCores& available_cores() {
  static const AvailableCores found = available_cores(cpus_to_run_on(), std::getenv("OMP_NUM_THREADS"));
  return found;
}

}  // namespace sand
