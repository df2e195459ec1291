// The kernel's numbers on memory, read from files of the test.
#include "experiments/machine/available_memory.h"

#include "tests/tensor/system_files.h"

using namespace sand;
using namespace sand::experiments;

namespace {

/// With the memory that the files leave.
struct Kernel : testing::SystemFiles {
  std::optional<AvailableMemory> available() const { return available_memory(Threads(1), path); }
};

}  // namespace

TEST_CASE("Missing or malformed kernel files set no limit") {
  const Kernel kernel;
  CHECK(!kernel.available());
  kernel.write("proc/meminfo", "MemAvailable: plenty\n");
  kernel.write("proc/self/cgroup", "0::/jobs\nnonsense\n:\n");
  kernel.write("sys/fs/cgroup/jobs/memory.max", "max\n");
  kernel.write("sys/fs/cgroup/jobs/memory.current", "100\n");
  CHECK(!kernel.available());
}

TEST_CASE("The smallest limit counts: of the machine and of every cgroup around the process") {
  const Kernel kernel;
  kernel.write("proc/meminfo", "MemFree: 1 kB\nMemAvailable:     9000 kB\n");
  CHECK(kernel.available()->bytes == 9000 * 1024);
  CHECK(kernel.available()->limit == "MemAvailable in /proc/meminfo");

  kernel.write("proc/self/cgroup", "4:cpu,memory:/old\n3:cpuset:/\n0::/jobs/mine\n");
  kernel.write("sys/fs/cgroup/jobs/mine/memory.max", "8000000\n");
  kernel.write("sys/fs/cgroup/jobs/mine/memory.current", "5000000\n");
  CHECK(kernel.available()->bytes == 3000000);
  CHECK(kernel.available()->limit == "memory.max of the cgroup /jobs/mine");
  kernel.write("sys/fs/cgroup/jobs/mine/memory.stat",
               "anon 7\nfile 4000000\ninactive_file 1000000\nactive_file 500000\n");
  CHECK(kernel.available()->bytes == 4500000);  // memory of cached files is available

  kernel.write("sys/fs/cgroup/jobs/memory.max", "2000000\n");
  kernel.write("sys/fs/cgroup/jobs/memory.current", "1000000\n");
  CHECK(kernel.available()->bytes == 1000000);
  CHECK(kernel.available()->limit == "memory.max of the cgroup /jobs");

  // The process does not see its own group of version 1: the root that it sees is this group.
  kernel.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "900000\n");
  kernel.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "600000\n");
  kernel.write("sys/fs/cgroup/memory/memory.stat",
               "inactive_file 7\ntotal_inactive_file 100000\ntotal_active_file 50000\n");
  CHECK(kernel.available()->bytes == 450000);
  CHECK(kernel.available()->limit == "memory.limit_in_bytes of the cgroup /");

  kernel.write("sys/fs/cgroup/jobs/memory.current", "3000000\n");
  CHECK(kernel.available()->bytes == 0);  // a limit that was lowered
}

TEST_CASE("A path that leaves the cgroup root is not followed") {
  const Kernel kernel;
  kernel.write("proc/self/cgroup", "0::/../../secret\n");
  kernel.write("secret/memory.max", "10\n");
  kernel.write("secret/memory.current", "1\n");
  kernel.write("sys/secret/memory.max", "10\n");
  kernel.write("sys/secret/memory.current", "1\n");
  CHECK(!kernel.available());
}

TEST_CASE("This process uses memory, and its peak is at least as large") {
  CHECK(process_memory("VmRSS") > 1e6);
  CHECK(process_memory("VmHWM") >= process_memory("VmRSS"));
  CHECK(process_memory("VmSize") > process_memory("VmRSS"));
  CHECK(process_memory("VmNone") == 0);
}
