#include "experiments/runs/same_start.h"

#include <doctest/doctest.h>

#include "experiments/machine/agreement.h"
#include "experiments/setup/settings_json.h"
#include "tests/experiments/small_run.h"
#include "tests/tensor/rank_threads.h"

using namespace sand;
using namespace sand::experiments;
using sand::testing::errors_of_ranks;

namespace {

StartFacts facts_of(const Settings& settings, const domains::DataSet& data = small_spirals()) {
  return start_facts(Training(settings, data, Threads(1)));
}

/// The fault and message on rank 0 when rank 2 of 3 has other facts; "" if all start.
std::string refusal(const StartFacts& first, const StartFacts& other) {
  const auto errors = errors_of_ranks(
      3, [&](const Ranks& ranks) { check_same_start(ranks, ranks.rank() == 2 ? other : first); });
  std::string messages;
  for (const std::exception_ptr& error : errors) try {
      if (error) std::rethrow_exception(error);
    } catch (const AgreedFailure& failure) {
      messages += std::to_string(static_cast<int>(failure.fault())) + " " + failure.what() + "\n";
    }
  return messages;
}

}  // namespace

TEST_CASE("Ranks with the same program, settings, data and weights start") {
  const Settings settings = small_run("ANDMask");
  CHECK(refusal(facts_of(settings), facts_of(settings)).empty());
}

TEST_CASE("Paths in the settings may differ between ranks") {
  Settings settings = small_run("ANDMask");
  const StartFacts first = facts_of(settings);
  settings.data.data_dir = "/other";
  CHECK(refusal(first, facts_of(settings)).empty());
}

TEST_CASE("Other settings are refused on every rank, and rank 0 names the flags") {
  Settings settings = small_run("ANDMask");
  const StartFacts first = facts_of(settings);
  settings.steps = 7;
  const std::string found = refusal(first, facts_of(settings));
  CHECK(found.find("64 ranks: they have different settings\n    --steps rank 0 6, rank 2 7") == 0);
  CHECK(found.find("\n64 \n64 \n") != std::string::npos);
}

TEST_CASE("Another program is refused before its settings are compared") {
  const StartFacts first = facts_of(small_run("ANDMask"));
  StartFacts other = facts_of(small_run("ERM"));
  other.program += "x";
  CHECK(refusal(first, other).find("64 ranks: they run different programs\n    rank 0 sandgrad ") == 0);
}

TEST_CASE("One changed label, input or weight is refused") {
  const Settings settings = small_run("ANDMask");
  const StartFacts first = facts_of(settings);
  domains::DataSet data = small_spirals();
  data.domains[2].labels[5] ^= 1;
  CHECK(refusal(first, facts_of(settings, data))
            .find("65 ranks: they see different data\n    rank 0 Spirals") == 0);

  data = small_spirals();
  data.domains[2].read = [read = data.domains[2].read](std::uint32_t example, std::span<Scalar> input) {
    read(example, input);
    if (example == 5) input[3] = -input[3];
  };
  CHECK(refusal(first, facts_of(settings, data)).find("65 ranks: they see different data") == 0);

  Settings other_seed = settings;
  other_seed.seed += 1;
  StartFacts weights = first;
  weights.weights = facts_of(other_seed).weights;
  CHECK(weights.weights != first.weights);
  CHECK(refusal(first, weights).find("65 ranks: they start from different weights") == 0);
}
