#include "tensor/available_cores.h"

#include <doctest/doctest.h>

#include "tests/tensor/system_files.h"

using namespace sand;

namespace {

/// The available cores as "limit (count)".
std::string cores(int affinity, const char* omp_num_threads, const testing::SystemFiles& files) {
  const AvailableCores found = available_cores(affinity, omp_num_threads, files.path);
  return found.limit + " (" + std::to_string(found.count) + ")";
}

}  // namespace

TEST_CASE("Without a quota and without OMP_NUM_THREADS the CPU affinity decides") {
  const testing::SystemFiles files;
  CHECK(cores(8, nullptr, files) == "CPU affinity (8)");
  files.write("proc/self/cgroup", "0::/jobs\n");
  for (const char* quota :
       {"max 100000\n", "", "800000 100000\n", "100000\n", "100000 0\n", "-1 100000\n", "some\n"}) {
    CAPTURE(quota);
    files.write("sys/fs/cgroup/jobs/cpu.max", quota);
    CHECK(cores(8, nullptr, files) == "CPU affinity (8)");
  }
}

TEST_CASE(
    "The number of threads heeds the CPU quota of every group around the process, in whole CPUs and at least "
    "one") {
  const testing::SystemFiles files;
  files.write("proc/self/cgroup", "3:cpuset:/\n0::/jobs/mine\n");
  files.write("sys/fs/cgroup/jobs/mine/cpu.max", "350000 100000\n");
  CHECK(cores(8, nullptr, files) == "cpu.max of the cgroup /jobs/mine (3)");
  CHECK(cores(2, nullptr, files) == "CPU affinity (2)");
  files.write("sys/fs/cgroup/jobs/cpu.max", "200000 100000\n");
  CHECK(cores(8, nullptr, files) == "cpu.max of the cgroup /jobs (2)");
  files.write("sys/fs/cgroup/cpu.max", "20000 100000\n");
  CHECK(cores(8, nullptr, files) == "cpu.max of the cgroup / (1)");
}

TEST_CASE("The quota of cgroups version 1 counts, too") {
  const testing::SystemFiles files;
  files.write("proc/self/cgroup", "4:cpu,cpuacct:/jobs\n0::/\n");
  files.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "50000\n");
  files.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "-1\n");
  CHECK(cores(8, nullptr, files) == "CPU affinity (8)");
  files.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "100000\n");
  CHECK(cores(8, nullptr, files) == "cpu.cfs_quota_us of the cgroup /jobs (2)");
}

TEST_CASE("OMP_NUM_THREADS lowers the number of threads and never raises it above the other limits") {
  const testing::SystemFiles files;
  for (const char* list : {"3", " 3 ", "3,2", " 3 , 2,1"}) {
    CAPTURE(list);
    CHECK(cores(8, list, files) == "OMP_NUM_THREADS (3)");
  }
  CHECK(cores(8, "64", files) == "CPU affinity (8)");
  files.write("proc/self/cgroup", "0::/\n");
  files.write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  CHECK(cores(8, "3", files) == "cpu.max of the cgroup / (2)");
  CHECK(cores(8, "1", files) == "OMP_NUM_THREADS (1)");
}

TEST_CASE("An OMP_NUM_THREADS that is not a number is ignored and named") {
  const testing::SystemFiles files;
  for (const char* text : {"", " ", "0", "-2", "two", "2x", "2.5", ",2", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(cores(8, text, files) == "CPU affinity; OMP_NUM_THREADS is not a number and was ignored (8)");
  }
}

TEST_CASE("This process has at least one core and names the limit") {
  CHECK(available_cores().count >= 1);
  CHECK_FALSE(available_cores().limit.empty());
}
