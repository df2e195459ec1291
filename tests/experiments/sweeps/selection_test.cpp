#include "experiments/sweeps/selection.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace sand::experiments;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RunResult run(std::int64_t hparams_seed, std::vector<int> test, std::vector<StepResult> steps) {
  RunResult result;
  result.hparams_seed = hparams_seed;
  result.test_domains = std::move(test);
  result.steps = std::move(steps);
  return result;
}

std::vector<const RunResult*> all(const std::vector<RunResult>& runs) {
  std::vector<const RunResult*> pointers;
  for (const RunResult& each : runs) pointers.push_back(&each);
  return pointers;
}

}  // namespace

TEST_CASE("Training-domain selection takes the best step by the held-out parts of the training domains") {
  // test domain 1; its own held-out accuracy, 1, does not count
  const std::vector<RunResult> runs = {
      run(0, {1}, {{0, {0, 0.11, 0}, {0.5, 1, 0.5}}, {100, {0, 0.12, 0}, {0.7, 0, 0.5}}}),
      run(1, {1}, {{0, {0, 0.13, 0}, {0.6, 0, 0.5}}}), run(2, {0, 1}, {{0, {0, 0.14, 0}, {1, 1, 1}}})};
  const std::vector<Choice> found = ranked(Selection::training_domain, all(runs), 1);
  REQUIRE(found.size() == 2);
  CHECK(found[0].accuracy == 0.12);
  CHECK(found[0].step == 100);
  CHECK(found[0].validation == doctest::Approx(0.6));
  CHECK(found[1].accuracy == 0.13);
}

TEST_CASE("Oracle selection takes the last step, and compares held-out accuracy on the test domain") {
  const std::vector<RunResult> runs = {run(0, {0}, {{0, {0.9, 0}, {0.99, 0}}, {100, {0.3, 0}, {0.4, 0}}}),
                                       run(1, {0}, {{0, {0.8, 0}, {0.1, 0}}, {100, {0.2, 0}, {0.5, 0}}})};
  const std::vector<Choice> found = ranked(Selection::oracle, all(runs), 0);
  REQUIRE(found.size() == 2);
  CHECK(found[0].accuracy == 0.2);
  CHECK(found[0].validation == 0.5);
  CHECK(found[1].accuracy == 0.3);
}

TEST_CASE("Leave-one-out needs the pairs of all training domains at the same step") {
  std::vector<RunResult> runs = {
      run(0, {0}, {{0, {0.1, 0, 0}, {0, 0, 0}}, {100, {0.2, 0, 0}, {0, 0, 0}}}),
      run(0, {0, 1}, {{0, {0, 0.5, 0}, {0, 0, 0}}, {100, {0, 0.6, 0}, {0, 0, 0}}}),
      run(0, {0, 2}, {{0, {0, 0, 0.9}, {0, 0, 0}}, {100, {0, 0, 0.7}, {0, 0, 0}}})};
  const std::vector<Choice> found = ranked(Selection::leave_one_out, all(runs), 0);
  REQUIRE(found.size() == 1);
  CHECK(found[0].validation == doctest::Approx(0.7));
  CHECK(found[0].accuracy == 0.1);
  runs[2].steps.erase(runs[2].steps.begin());
  CHECK(ranked(Selection::leave_one_out, all(runs), 0)[0].step == 100);
  runs.pop_back();
  CHECK(ranked(Selection::leave_one_out, all(runs), 0).empty());
}

TEST_CASE("Among equal hyper-parameters the last seed is chosen, among equal steps the first") {
  const std::vector<RunResult> runs = {run(0, {0}, {{0, {0.1, 0}, {0, 0.5}}, {100, {0.2, 0}, {0, 0.5}}}),
                                       run(1, {0}, {{0, {0.3, 0}, {0, 0.5}}, {100, {0.4, 0}, {0, 0.5}}})};
  const std::vector<Choice> found = ranked(Selection::training_domain, all(runs), 0);
  CHECK(found[0].accuracy == 0.3);
  CHECK(found[1].accuracy == 0.1);
}

TEST_CASE("Records without the needed accuracies are passed over") {
  const std::vector<RunResult> runs = {run(0, {0}, {{0, {0.1, 0}, {}}, {100, {}, {0.5, 0.5}}}),
                                       run(1, {0}, {{0, {0.1, 0}, {kNaN, 0.25}}}), run(2, {0}, {})};
  CHECK(ranked(Selection::training_domain, all(runs), 0).size() == 1);
  CHECK(ranked(Selection::oracle, all(runs), 0).empty());
  CHECK(ranked(Selection::oracle, {}, 0).empty());
}

TEST_CASE("A sum of eight and more numbers is numpy's in every bit") {
  std::vector<double> numbers;
  for (int i = 1; i <= 24; ++i) numbers.push_back(1.0 / i);
  CHECK(numpy_sum(numbers) == 3.775958177753507);  // numpy.sum([1 / i for i in range(1, 25)])
  numbers.resize(7);
  CHECK(numpy_sum(numbers) == 2.5928571428571425);
  CHECK(numpy_sum({}) == 0);
}
