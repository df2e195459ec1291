#include "tensor/threads.h"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tensor/available_cores.h"
#include "tensor/error.h"

using sand::Threads;

namespace {

/// Keeps all threads of this process on one core during its lifetime.
class AllThreadsOnOneCore {
 public:
  AllThreadsOnOneCore() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
    let_run_on(one);
  }
  ~AllThreadsOnOneCore() { let_run_on(before_); }

 private:
  static void let_run_on(const cpu_set_t& cpus) {
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
      sched_setaffinity(std::stoi(thread.path().filename()), sizeof cpus, &cpus);
  }
  cpu_set_t before_;
};

}  // namespace

TEST_CASE("Every task runs exactly once, for any number of threads and tasks") {
  for (const int threads : {1, 2, 3, 8})
    for (const int tasks : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tasks));
      Threads(threads).run(tasks, [&](int task, int) { ++runs.at(static_cast<std::size_t>(task)); });
      for (const std::atomic<int>& count : runs) CHECK(count == 1);
    }
}

TEST_CASE("Two tasks at the same time never have the same worker, and workers are counted from 0") {
  const Threads threads(3);
  std::vector<std::atomic<bool>> busy(static_cast<std::size_t>(threads.count()));
  std::atomic<int> clashes = 0;
  threads.run(30, [&](int, int worker) {
    if (busy.at(static_cast<std::size_t>(worker)).exchange(true)) ++clashes;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    busy[static_cast<std::size_t>(worker)] = false;
  });
  CHECK(clashes == 0);
}

TEST_CASE("Tasks do run at the same time") {
  const Threads threads(2);
  std::atomic<int> arrived = 0;
  std::atomic<bool> met = false;
  threads.run(2, [&](int, int) {
    ++arrived;
    for (int wait = 0; wait < 10'000 && arrived < 2; ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (arrived == 2) met = true;
  });
  CHECK(met);
}

TEST_CASE("An exception of a task reaches the caller, and the threads keep working") {
  for (const int threads : {1, 3}) {
    std::atomic<int> ended = 0;
    const auto work = [&](int task, int) {
      if (task == 5) throw sand::Error(sand::Fault::diverged, "task 5");
      ++ended;
    };
    CHECK_THROWS_WITH_AS(Threads(threads).run(100, work), "task 5", sand::Error);
    CHECK(ended < 100);
    ended = 0;
    Threads(threads).run(5, work);
    CHECK(ended == 5);
  }
}

TEST_CASE("If several tasks throw, the caller gets one exception") {
  CHECK_THROWS_AS(Threads(4).run(50, [](int, int) { throw std::runtime_error("each"); }), std::runtime_error);
}

TEST_CASE("A task may run tasks of its own") {
  std::vector<std::atomic<int>> runs(12);
  Threads(3).run(4, [&](int outer, int) {
    Threads(2).run(3, [&](int inner, int) { ++runs[static_cast<std::size_t>(3 * outer + inner)]; });
  });
  for (const std::atomic<int>& count : runs) CHECK(count == 1);
}

TEST_CASE("Several threads may run tasks at the same time") {
  std::vector<std::atomic<int>> runs(400);
  std::vector<std::thread> users;
  for (std::size_t user = 0; user < 4; ++user)
    users.emplace_back([&runs, user] {
      for (int round = 0; round < 100; ++round)
        Threads(3).run(100, [&](int task, int) { ++runs.at(100 * user + static_cast<std::size_t>(task)); });
    });
  for (std::thread& user : users) user.join();
  for (const std::atomic<int>& count : runs) CHECK(count == 100);
}

TEST_CASE(
    "No thread waits for one that has not begun or spins for long: on one core two threads cost as much as "
    "one") {
  const auto seconds = [](clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  Threads(2).run(2, [](int, int) {});
  const AllThreadsOnOneCore here;
  double cost[2] = {};
  for (const int threads : {1, 2}) {
    const double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int round = 0; round < 20; ++round)
      Threads(threads).run(5, [&](int, int) {
        for (const double end = seconds(CLOCK_THREAD_CPUTIME_ID) + 0.001;
             seconds(CLOCK_THREAD_CPUTIME_ID) < end;)
          continue;
      });
    cost[threads - 1] = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
  }
  CHECK(cost[1] < 1.5 * cost[0]);
}

TEST_CASE("A forked child has no other threads and runs its tasks alone") {
  Threads(3).run(30, [](int, int) {});
  const pid_t child = fork();
  if (child == 0) {
    int done = 0;
    Threads(3).run(30, [&](int, int worker) { done += worker == 0; });
    _exit(done == 30 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("The number of threads is 1 to 1024, or 0 for all available cores") {
  CHECK(Threads(0).count() == sand::available_cores().count);
  CHECK(Threads(1).count() == 1);
  CHECK(Threads(1024).count() == 1024);
  CHECK_THROWS_WITH_AS(Threads(-1), "threads: expected 0 (every core) to 1024, found -1", sand::Error);
  CHECK_THROWS_WITH_AS(Threads(1025), "threads: expected 0 (every core) to 1024, found 1025", sand::Error);
}
