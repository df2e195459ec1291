#include "experiments/runs/log_lines.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand::experiments;
using namespace sand::testing;

namespace {

/// Records after steps 0, 4, 8 and the last, 9.
Settings settings_of(int steps = 10, int record_every = 4, int evaluate_every = -1,
                     bool test_at_end = false) {
  RunRequest request;
  request.steps = steps, request.record_every = record_every, request.evaluation.every = evaluate_every,
  request.evaluation.test_at_end = test_at_end;
  return resolve(request);
}

const std::string kZero = "{\"loss\": 0.5, \"step\": 0}\n",
                  kFour = "{\"args\":{\"steps\":9},\"step\":4,\"step_time\":1}\n", kEight = "{\"step\":8}\n",
                  kNine = "{\"step\":9}\n";

std::vector<std::uint64_t> ends_in(const Folder& folder, const std::string& text) {
  std::ofstream(folder.path / "log") << text;
  return line_ends(sand::Directory(folder.path.string()), "log", settings_of());
}

}  // namespace

TEST_CASE("A run writes a line for every record of its protocol") {
  for (int steps = 1; steps < 12; ++steps)
    for (int every = 1; every < 14; ++every) {
      std::size_t lines = 0;
      CHECK(lines_after(0, "metrics.jsonl", settings_of(steps, every)) == 0);
      for (int step = 0; step < steps; ++step) {
        lines += step % every == 0 || step == steps - 1;
        CHECK(lines_after(step + 1, "metrics.jsonl", settings_of(steps, every)) == lines);
      }
    }
}

TEST_CASE(
    "Only records with accuracies of all domains are lines of results.jsonl, and the last one always is") {
  const auto steps_of = [](const Settings& settings, const std::string& log) {
    std::vector<int> steps;
    for (int step = line_after(-1, log, settings); step >= 0; step = line_after(step, log, settings))
      steps.push_back(step);
    CHECK(lines_after(settings.steps, log, settings) == steps.size());
    return steps;
  };
  using Steps = std::vector<int>;
  CHECK(steps_of(settings_of(), "results.jsonl") == Steps{0, 4, 8, 9});
  CHECK(steps_of(settings_of(10, 2, 4), "metrics.jsonl") == Steps{0, 2, 4, 6, 8, 9});
  CHECK(steps_of(settings_of(10, 2, 4), "results.jsonl") == Steps{0, 4, 8, 9});
  CHECK(steps_of(settings_of(10, 2, 4, true), "results.jsonl") == Steps{9});
  CHECK(steps_of(settings_of(1), "results.jsonl") == Steps{0});
  CHECK(line_after(0, "metrics.jsonl", settings_of(INT32_MAX, 1 << 30)) == 1 << 30);
  CHECK(line_after(1 << 30, "metrics.jsonl", settings_of(INT32_MAX, 1 << 30)) == INT32_MAX - 1);
}

TEST_CASE("Log lines count up to the first incomplete line or wrong step") {
  const Folder folder;
  const std::uint64_t a = kZero.size(), b = a + kFour.size(), c = b + kEight.size(), d = c + kNine.size();
  using Ends = std::vector<std::uint64_t>;
  CHECK(ends_in(folder, kZero + kFour + kEight + kNine) == Ends{a, b, c, d});
  CHECK(ends_in(folder, kZero + kFour + kEight + kNine + kNine) == Ends{a, b, c, d});
  CHECK(ends_in(folder, kZero + kFour + kEight.substr(0, kEight.size() - 1)) == Ends{a, b});  // torn
  CHECK(ends_in(folder, kZero + kEight + kNine) == Ends{a});  // one was removed
  CHECK(ends_in(folder, kFour + kEight + kNine).empty());
  CHECK(ends_in(folder, kZero + kZero + kFour) == Ends{a});  // one came twice
  CHECK(ends_in(folder, kZero + "\n" + kFour) == Ends{a});
  CHECK(ends_in(folder, kZero + "{\"step\": \"4\"}\n" + kEight) == Ends{a});
  CHECK(ends_in(folder, std::string(40 << 20, 'x') + "\n" + kZero).empty());
  CHECK(ends_in(folder, "").empty());
}

TEST_CASE("A missing log has no lines, and a pipe in its place is refused at once") {
  const Folder folder;
  CHECK(line_ends(sand::Directory(folder.path.string()), "log", settings_of()).empty());
  REQUIRE(::mkfifo((folder.path / "log").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(line_ends(sand::Directory(folder.path.string()), "log", settings_of()),
                       doctest::Contains("must be a regular file"), sand::Error);
}
