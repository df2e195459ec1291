#include "tensor/threads.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tensor/error.h"

using sand::Threads;

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
  if (threads.count() < 2) return;  // built without OpenMP
  std::atomic<int> arrived = 0;
  std::atomic<bool> met = false;
  threads.run(2, [&](int, int) {
    ++arrived;
    for (int wait = 0; wait < 10'000 && arrived < 2; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (arrived == 2) met = true;
  });
  CHECK(met);
}

TEST_CASE("What a task throws reaches the caller, and the threads go on working afterwards") {
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

TEST_CASE("When several tasks throw, one exception arrives") {
  CHECK_THROWS_AS(Threads(4).run(50, [](int, int) { throw std::runtime_error("each"); }), std::runtime_error);
}

TEST_CASE("A task may hand out tasks of its own") {
  std::vector<std::atomic<int>> runs(12);
  Threads(3).run(4,
                 [&](int outer, int) { Threads(2).run(3, [&](int inner, int) { ++runs[static_cast<std::size_t>(3 * outer + inner)]; }); });
  for (const std::atomic<int>& count : runs) CHECK(count == 1);
}

TEST_CASE("The number of threads is 0 for every core, or 1 to 1024") {
  CHECK(Threads(0).count() >= 1);
  CHECK(Threads(1).count() == 1);
  CHECK((Threads(1024).count() == 1024 || Threads(1024).count() == 1));  // 1 without OpenMP
  CHECK_THROWS_WITH_AS(Threads(-1), "threads: expected 0 (every core) to 1024, found -1", sand::Error);
  CHECK_THROWS_WITH_AS(Threads(1025), "threads: expected 0 (every core) to 1024, found 1025", sand::Error);
}
