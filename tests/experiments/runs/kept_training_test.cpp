#include "experiments/runs/kept_training.h"

#include <doctest/doctest.h>

#include "tests/experiments/small_run.h"
#include "tests/folder.h"

using namespace sand::experiments;
using sand::testing::Folder;

TEST_CASE("A run on shared data keeps the same files as any other, and is made only once") {
  const Folder folder;
  const Settings settings = small_run("ANDMask");
  const auto keep = [&](const char* name) {
    return train_and_keep(settings, {.output_dir = folder / name, .quiet = true}, sand::Threads(1),
                          &small_spirals());
  };
  const KeptOutcome first = keep("a");
  CHECK(first.finished);
  CHECK_FALSE(first.before);
  CHECK(first.steps == 6);
  CHECK_FALSE(first.never_learned);
  REQUIRE(first.last);
  CHECK(first.last->step == 5);
  CHECK(keep("a").before);
  keep("b");
  for (const char* name : {"done", "weights.safetensors", "metrics.jsonl", "record.json"})
    CHECK(sand::testing::text_of(folder / (std::string("a/") + name)) ==
          sand::testing::text_of(folder / (std::string("b/") + name)));
}
