#include "experiments/sweeps/heartbeat.h"

#include <doctest/doctest.h>

#include <chrono>

#include "tests/folder.h"

using namespace sand::experiments;
using Clock = std::chrono::steady_clock;

namespace {

/// Computes without a pause.
void work(double seconds) {
  volatile double sum = 0;
  for (const auto end = Clock::now() + std::chrono::duration<double>(seconds); Clock::now() < end;)
    sum = sum + 1;
}

}  // namespace

TEST_CASE("A claim is touched while the process computes, and no longer afterwards") {
  const sand::testing::Folder folder;
  const JobQueue queue(folder.path, 100);
  const std::string id(32, 'a');
  const Claim claim = *queue.claim(id, JobState{});
  const auto touched = [&] { return queue.read(id + ".0")->changed; };
  const double at_first = touched();
  {
    const Heartbeat heartbeat(queue, claim, 0.05);
    work(0.3);
    CHECK(touched() > at_first + 0.1);
  }
  const double at_last = touched();
  work(0.2);
  CHECK(touched() == at_last);
}
