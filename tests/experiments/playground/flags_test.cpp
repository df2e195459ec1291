#include "experiments/playground/flags.h"

#include <doctest/doctest.h>

#include "experiments/setup/setting.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"
#include "tests/text.h"

using namespace sand::experiments;

namespace {

/// The text of what `work` throws, with single blanks.
template <class Work>
std::string error_text(const Work& work) {
  try {
    work();
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::usage);
    return sand::testing::squeezed(error.what());
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("The flags of a command set the fields of its request") {
  const RunRequest request = request_of_flags(
      {"--dataset", "Spirals", "--signature", "4", "--turns", "1.5", "--test-envs", "0", "3", "--algorithm",
       "PCGrad", "--hparams", R"({"lr": 0.01})", "--seed", "7", "--steps", "20", "--test-at-end"});
  CHECK(request.data.name == "Spirals");
  CHECK(request.data.signature == 4);
  CHECK(request.data.turns == 1.5);
  CHECK(request.test_domains == std::vector<int>{0, 3});
  CHECK(request.algorithm == "PCGrad");
  CHECK(request.hparams_json == R"({"lr": 0.01})");
  CHECK(request.seed == 7);
  CHECK(request.steps == 20);
  CHECK(request.evaluation.test_at_end);
}

TEST_CASE("Aliases of flags, negative numbers and the word none are read as the program reads them") {
  const RunRequest request =
      request_of_flags({"--test_envs", "none", "--trial_seed", "5", "--checkpoint_freq", "3"});
  CHECK(request.test_domains == std::vector<int>{kNone});
  CHECK(request.trial_seed == 5);
  CHECK(request.record_every == 3);
}

TEST_CASE("No flags give the request of a command without flags") {
  CHECK(differences(resolve(RunRequest()), resolve(request_of_flags({}))).empty());
}

TEST_CASE("A flag that does not exist is refused with the nearest one") {
  CHECK(error_text([] {
          request_of_flags({"--sed", "1"});
        }) == "playground: unknown flag\n found --sed\n hint: did you mean --seed?");
  CHECK(error_text([] { request_of_flags({"seed", "1"}); }).find("unknown flag") != std::string::npos);
}

TEST_CASE("Values that are missing, too many or not numbers are refused with their flag") {
  CHECK(error_text([] { request_of_flags({"--seed"}); }) == "--seed: expected one value\n found 0 values");
  CHECK(error_text([] {
          request_of_flags({"--seed", "1", "2"});
        }) == "--seed: expected one value\n found 2 values");
  CHECK(error_text([] { request_of_flags({"--turns", "1x"}); }) == "--turns: expected a number\n found 1x");
  CHECK(error_text([] {
          request_of_flags({"--test-envs", "0", "a"});
        }) == "--test-envs: expected a number\n found a");
  CHECK(error_text([] {
          request_of_flags({"--balanced", "yes"});
        }) == "--balanced: takes no value\n found 1 values");
}

TEST_CASE("Paths are refused: the playground has no files") {
  CHECK(error_text([] {
          request_of_flags({"--data-dir", "/etc"});
        }) == "--data-dir: the playground has no files");
  CHECK(error_text([] {
          request_of_flags({"--init-from", "x"});
        }) == "--init-from: the playground has no files");
}
