#include "tensor/ranks.h"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

#include "tests/tensor/rank_threads.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("The ranges of the ranks are in order, touch, and differ by one task at most") {
  for (const int count : {1, 2, 3, 4, 7})
    for (const int tasks : {0, 1, 2, 5, 6, 7, 16, 100}) {
      CAPTURE(count);
      CAPTURE(tasks);
      on_rank_threads(count, [&](const Ranks& ranks) {
        int next = 0, least = tasks, most = 0;
        for (int rank = 0; rank < count; ++rank) {
          const TaskRange range = ranks.tasks_of(rank, tasks);
          if (range.first != next || range.end < range.first) throw std::logic_error("a gap");
          for (int task = range.first; task < range.end; ++task)
            if (ranks.owner(task, tasks) != rank) throw std::logic_error("another owner");
          least = std::min(least, range.end - range.first);
          most = std::max(most, range.end - range.first);
          next = range.end;
        }
        if (next != tasks || most - least > 1) throw std::logic_error("not all tasks, or uneven");
      });
    }
}

TEST_CASE("One rank has all tasks, and nothing to share") {
  const Ranks ranks;
  CHECK(ranks.alone());
  CHECK(ranks.rank() == 0);
  CHECK(ranks.own(5).first == 0);
  CHECK(ranks.own(5).end == 5);
  std::vector<int> ran;
  ranks.run(Threads(1), {2, 5}, [&](int task, int) { ran.push_back(task); });
  CHECK(ran == std::vector<int>{2, 3, 4});
  ranks.share({});
  CHECK(ranks.times().work == 0);
}

TEST_CASE("The tasks of all ranks together are all tasks, each once, and their time counts as work") {
  std::vector<std::atomic<int>> runs(10);
  std::vector<double> work(3);
  on_rank_threads(3, [&](const Ranks& ranks) {
    ranks.run(Threads(1), ranks.own(10), [&](int task, int) {
      ++runs[static_cast<std::size_t>(task)];
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    work[static_cast<std::size_t>(ranks.rank())] = ranks.times().work;
  });
  for (const std::atomic<int>& run : runs) CHECK(run == 1);
  for (const double seconds : work) CHECK(seconds >= 0.003);
}

TEST_CASE("After sharing, every rank has the bytes of every owner, and waiting counts as communication") {
  struct Result {
    std::vector<int> numbers;
    double waited;
  };
  const auto results = of_rank_threads(3, [](const Ranks& ranks) {
    std::vector<int> numbers(6, -1);
    numbers[static_cast<std::size_t>(ranks.rank())] = 10 * ranks.rank();
    if (ranks.rank() == 2) {
      numbers[3] = numbers[4] = 7;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const auto part = [&](std::size_t first, std::size_t count) {
      return std::as_writable_bytes(std::span(numbers).subspan(first, count));
    };
    ranks.share(std::vector<RankBlock>{
        {2, part(2, 1)}, {0, part(0, 1)}, {2, part(3, 2)}, {1, part(1, 1)}, {1, part(5, 0)}});
    return Result{numbers, ranks.times().communication};
  });
  for (const Result& result : results) CHECK(result.numbers == std::vector<int>{0, 10, 20, 7, 7, -1});
  CHECK(results[0].waited >= 0.015);
  CHECK(results[2].waited < results[0].waited);
}
