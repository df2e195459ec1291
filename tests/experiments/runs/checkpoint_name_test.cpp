#include "experiments/runs/checkpoint_name.h"

#include <doctest/doctest.h>

using namespace sand::experiments;

TEST_CASE("The step in a checkpoint's name is the step that made it") {
  for (const int step : {0, 7, 300, 999999, 1000000, 2147483647})
    CHECK(step_of_checkpoint(checkpoint_name(step)) == step);
  CHECK(checkpoint_name(300) == "step-000300.safetensors");
}

TEST_CASE("Any other name is not a checkpoint") {
  for (const char* name :
       {"", "step-", "step-300.safetensors", "step-0000300.safetensors", "step-000300.safetensors.part0",
        "step-+00300.safetensors", "step--00300.safetensors", "step-000300.pt", "model.safetensors",
        "step-2147483648.safetensors"}) {
    INFO(name);
    CHECK_FALSE(step_of_checkpoint(name));
  }
}
