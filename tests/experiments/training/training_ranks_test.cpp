// Whole runs on several ranks.
#include <doctest/doctest.h>

#include "experiments/runs/records.h"
#include "tests/experiments/small_run.h"
#include "tests/tensor/rank_threads.h"

using namespace sand;
using namespace sand::experiments;
using sand::testing::of_rank_threads;

namespace {

struct Result {
  std::vector<std::string> lines = {};
  TrainingState state = {};
  bool operator==(const Result&) const = default;
};

/// The records and the last state of a run that goes on from a state, if there is one.
Result run_on(const Settings& settings, const Ranks& ranks, const TrainingState* from = nullptr,
              int steps = 1 << 30) {
  Training run(settings, small_spirals(), Threads(1), ranks);
  if (from != nullptr) run.restore(*from);
  Result result;
  while (!run.finished() && run.step() < steps) {
    run.update();
    if (run.record_due()) result.lines.push_back(metrics_line(small_spirals(), run.record()));
  }
  result.state = run.save();
  return result;
}

}  // namespace

TEST_CASE("A run has the same records, chain and state on any number of ranks") {
  Settings settings = small_run("SANDMask");
  settings.holdout_fraction = 0.2;
  const Result alone = run_on(settings, {});
  CHECK(alone.lines.size() > 1);
  for (const int count : {1, 2, 3, 4, 7}) {
    CAPTURE(count);
    for (const Result& result :
         of_rank_threads(count, [&](const Ranks& ranks) { return run_on(settings, ranks); }))
      CHECK(result == alone);
  }
}

TEST_CASE("A state that some ranks saved is continued by any other number of ranks") {
  const Settings settings = small_run("ANDMask");
  const Result alone = run_on(settings, {});
  const Result half =
      of_rank_threads(3, [&](const Ranks& ranks) { return run_on(settings, ranks, nullptr, 4); })[2];
  CHECK(half.state.step == 4);
  CHECK(run_on(settings, {}, &half.state).state == alone.state);
  for (const Result& result :
       of_rank_threads(2, [&](const Ranks& ranks) { return run_on(settings, ranks, &half.state); })) {
    CHECK(result.state == alone.state);
    CHECK(result.lines.back() == alone.lines.back());
  }
}
