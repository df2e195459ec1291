#include "experiments/runs/longer_run.h"

#include <doctest/doctest.h>

#include "experiments/runs/checkpoint.h"
#include "experiments/runs/checkpoint_name.h"
#include "experiments/setup/optimization.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"
#include "tests/experiments/small_run.h"
#include "tests/folder.h"

using namespace sand::experiments;
using namespace sand::testing;
using sand::Error;

namespace {

Settings with_steps(int steps, int record_every = 10, int evaluate_every = -1, bool test_at_end = false,
                    const char* protocol = "domainbed") {
  RunRequest request;
  request.protocol_name = protocol;
  request.steps = steps;
  request.record_every = record_every;
  request.evaluation.every = evaluate_every;
  request.evaluation.test_at_end = test_at_end;
  return resolve(request);
}

/// The directory of a run with checkpoints of these steps, made by small_run() with one more step.
struct ShorterRun {
  explicit ShorterRun(const std::vector<int>& steps)
      : settings(small_run("ERM")),
        directory(folder.path / "run"),
        run(settings, small_spirals(), sand::Threads(1)) {
    settings.steps = 6, settings.record_every = settings.evaluation.every = 3;
    directory.write("record.json", R"({"sandgrad": 1, "numerics": 1})");
    for (const char* name : {"done", "weights.safetensors"}) directory.write(name, "x");
    for (const int step : steps) {
      TrainingState state = run.save();
      state.step = step + 1;
      sand::NewFile file(directory.checkpoints(), checkpoint_name(step));
      file.write(checkpoint_bytes({state}, parameters(), state_layout(settings), settings_hash(settings)));
      file.commit();
    }
  }
  const sand::Parameters& parameters() const { return run.loop().model().parameters; }
  Settings longer() const {
    Settings other = settings;
    other.steps = 20;
    return other;
  }
  void lengthen() const {
    sand::experiments::lengthen(directory, settings, longer(), parameters(), "the new record");
  }

  const Folder folder;
  Settings settings;
  RunDirectory directory;
  Training run;
};

}  // namespace

TEST_CASE("Two runs share all updates of the shorter one if the longer one makes its last record") {
  CHECK(shared_updates(with_steps(21), with_steps(41)).count == 21);
  CHECK(shared_updates(with_steps(21), with_steps(41)).why.empty());
  CHECK(shared_updates(with_steps(26), with_steps(41)).count == 25);
  CHECK(shared_updates(with_steps(31, 10, 20), with_steps(41, 10, 20)).count == 30);
  CHECK(shared_updates(with_steps(21, 10, -1, true), with_steps(41, 10, -1, true)).count == 20);
  CHECK(shared_updates(with_steps(26), with_steps(41)).why ==
        "only a run that ends there makes the record of step 25");
}

TEST_CASE("Two runs share the updates before the learning rate of the shorter one falls") {
  const auto ilc = [](int steps) { return with_steps(steps, 10, -1, false, "ilc"); };
  const SharedUpdates shared = shared_updates(ilc(40), ilc(80));
  CHECK(shared.count == 30);
  CHECK(shared.why == "the learning rate falls in step 30 of 40, but in step 60 of 80");
}

TEST_CASE("Checkpoints of shared updates become those of the longer run, and the others are removed") {
  const ShorterRun shorter({2, 3, 5});  // 5 is no record of the longer run
  shorter.lengthen();
  const Checkpoints now(shorter.directory.checkpoints(), shorter.longer(), shorter.parameters());
  CHECK(now.steps() == std::vector<int>{2, 3});
  CHECK(now.read(3).state.step == 4);
  CHECK(text_of(shorter.folder.path / "run/record.json") == "the new record");
  CHECK(names_in(shorter.folder.path / "run") ==
        std::set<std::string>{"checkpoints", "record.json", "run.lock"});
}

TEST_CASE("A run without a checkpoint of shared updates stays as it is") {
  const ShorterRun shorter({5});
  const std::set<std::string> before = names_in(shorter.folder.path / "run");
  CHECK_THROWS_WITH_AS(shorter.lengthen(),
                       doctest::Contains("run directory: its run cannot go on to more steps"), Error);
  CHECK(names_in(shorter.folder.path / "run") == before);
  CHECK(text_of(shorter.folder.path / "run/record.json") != "the new record");
}

TEST_CASE("Lines of a shorter run are known by their steps and get those of the longer one") {
  ShorterRun shorter({3});
  RunDirectory& run = shorter.directory;
  const Settings longer = shorter.longer();
  CHECK(!has_lines_of_another_length(run, longer));
  run.append("results.jsonl", R"({"args":{"seed":1,"steps":6},"step":0})");
  run.append("results.jsonl", R"({"args":{"seed":1,"steps":6},"step":3})");
  for (const char* line : {"ERM on Spirals", "     0       0.7  50 %", "     3       0.6  60 %",
                           "weights after 4", "     3       0.6  60 %"})
    run.append("out.txt", line);
  CHECK(has_lines_of_another_length(run, longer));
  CHECK(!has_lines_of_another_length(run, shorter.settings));
  adopt_lines(run, longer, 3);
  CHECK(!has_lines_of_another_length(run, longer));
  CHECK(text_of(run.path() / "results.jsonl") ==
        "{\"args\":{\"seed\":1,\"steps\":20},\"step\":0}\n{\"args\":{\"seed\":1,\"steps\":20},\"step\":3}\n");
  CHECK(text_of(run.path() / "out.txt") ==
        "ERM on Spirals\n     0       0.7  50 %\n     3       0.6  60 %\n");
  run.append("results.jsonl", "more");  // the log has the expected length
}
