#include "domains/memory_budget.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tensor/threads.h"

using sand::domains::MemoryBudget;

TEST_CASE("Shares that fit together are granted at once, and another share waits for free memory") {
  MemoryBudget budget(100);
  auto first = std::make_unique<MemoryBudget::Share>(budget, 60);
  const MemoryBudget::Share second(budget, 40);
  std::atomic<bool> had = false;
  std::thread third([&] {
    const MemoryBudget::Share share(budget, 50);
    had = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_FALSE(had);
  first.reset();
  third.join();
  CHECK(had);
}

TEST_CASE("Workers never hold more than the budget, for any number of workers") {
  MemoryBudget budget(100);
  std::atomic<int> held = 0, most = 0;
  sand::Threads(8).run(400, [&](int task, int) {
    const int bytes = 20 + 80 * (task % 2);
    const MemoryBudget::Share share(budget, static_cast<std::uint64_t>(bytes));
    const int now = held += bytes;
    for (int before = most; now > before && !most.compare_exchange_weak(before, now);) continue;
    held -= bytes;
  });
  CHECK(most <= 100);
  CHECK(held == 0);
}
