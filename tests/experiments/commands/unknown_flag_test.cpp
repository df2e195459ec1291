#include "experiments/commands/unknown_flag.h"

#include <doctest/doctest.h>

using sand::experiments::hint_on_flag;

namespace {

const std::vector<std::string> kTrain = {"--steps", "--hparams", "--test-envs", "--test_envs",
                                         "--output-dir"};

}  // namespace

TEST_CASE("An error about a hyper-parameter given as a flag shows it in --hparams, with its value") {
  CHECK(hint_on_flag("--lr", "0.01", kTrain) == R"(hyper-parameters go into --hparams '{"lr": 0.01}')");
  CHECK(hint_on_flag("--batch-size", "32", kTrain) ==
        R"(hyper-parameters go into --hparams '{"batch_size": 32}')");
  CHECK(hint_on_flag("--batchsize", "32", kTrain) ==
        R"(hyper-parameters go into --hparams '{"batch_size": 32}')");
  CHECK(hint_on_flag("--tau", "--steps", kTrain) == R"(hyper-parameters go into --hparams '{"tau": VALUE}')");
  CHECK(hint_on_flag("--data_augmentation", "false", kTrain) ==
        R"(hyper-parameters go into --hparams '{"data_augmentation": false}')");
  CHECK(hint_on_flag("--momentum", "0.8", kTrain) ==
        R"(hyper-parameters go into --hparams '{"momentum": 0.8}')");
  CHECK(hint_on_flag("--lr", "0.01", {"--case", "--in"}).empty());
}

TEST_CASE("An error about a flag suggests the nearest flag of the same command, for any number of dashes") {
  CHECK(hint_on_flag("--stps", "3", kTrain) == "did you mean --steps instead of --stps?");
  CHECK(hint_on_flag("-steps", "3", kTrain) == "did you mean --steps instead of -steps?");
  CHECK(hint_on_flag("--test-env", "3", kTrain) == "did you mean --test-envs instead of --test-env?");
  CHECK(hint_on_flag("--output", "x", kTrain) == "did you mean --output-dir instead of --output?");
}

TEST_CASE("An error about a DomainBed flag without a meaning here gives the reason") {
  CHECK(hint_on_flag("--task", "x", kTrain) ==
        "--task is DomainBed's: every run is domain generalization: leave it out");
  CHECK(hint_on_flag("--uda-holdout-fraction", "0", kTrain).find("there is no domain adaptation here") !=
        std::string::npos);
  CHECK(hint_on_flag("--skip_model_save", "", kTrain).find("without --output-dir nothing is saved") !=
        std::string::npos);
}

TEST_CASE("A flag far from all others gets no suggestion") {
  for (const char* flag : {"--early-stop", "--epochs", "--gpu", "--", "-", "---"})
    CHECK(hint_on_flag(flag, "3", kTrain).empty());
}
