#include "experiments/sweeps/selection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace sand::experiments {
namespace {

using Runs = std::vector<const RunResult*>;

double accuracy(const std::vector<double>& list, int domain) {
  const auto at = static_cast<std::size_t>(domain);
  return at < list.size() ? list[at] : std::numeric_limits<double>::quiet_NaN();
}

/// Keeps the first of equal ones.
void keep_best(std::optional<Choice>& best, const Choice& next) {
  if (std::isnan(next.validation) || std::isnan(next.accuracy)) return;
  if (!best || next.validation > best->validation) best = next;
}

std::optional<Choice> by_training_domains(const Runs& runs, int test) {
  std::optional<Choice> best;
  for (const RunResult* run : runs) {
    if (run->test_domains.size() != 1) continue;
    for (const StepResult& step : run->steps) {
      std::vector<double> others;
      for (std::size_t domain = 0; domain < step.out.size(); ++domain)
        if (static_cast<int>(domain) != test) others.push_back(step.out[domain]);
      if (others.empty()) continue;
      keep_best(best, {numpy_sum(others) / static_cast<double>(others.size()), accuracy(step.in, test), run,
                       step.step});
    }
  }
  return best;
}

std::optional<Choice> by_oracle(const Runs& runs, int test) {
  std::optional<Choice> last;
  for (const RunResult* run : runs) {
    if (run->test_domains.size() != 1) continue;
    for (const StepResult& step : run->steps)
      if (!last || step.step >= last->step)
        last = Choice{accuracy(step.out, test), accuracy(step.in, test), run, step.step};
  }
  const bool known = last && !std::isnan(last->validation) && !std::isnan(last->accuracy);
  return known ? last : std::nullopt;
}

/// The records of one step, of runs with one hparams_seed.
struct SameStep {
  const RunResult* alone = nullptr;  // the run with this test domain only
  const StepResult* of_alone = nullptr;
  int alone_count = 0;
  std::size_t domains = 0;         // of the first record
  std::map<int, double> left_out;  // accuracy on a domain that was left out, too
};

std::optional<Choice> by_leaving_one_out(const Runs& runs, int test) {
  std::map<int, SameStep> steps;
  for (const RunResult* run : runs)
    for (const StepResult& step : run->steps) {
      SameStep& same = steps[step.step];
      if (same.domains == 0) same.domains = step.out.size();
      if (run->test_domains.size() == 1) {
        same.alone = run;
        same.of_alone = &step;
        ++same.alone_count;
      } else if (run->test_domains.size() == 2) {
        const int other = run->test_domains[run->test_domains[0] == test ? 1 : 0];
        same.left_out[other] = accuracy(step.in, other);
      }
    }
  std::optional<Choice> best;
  for (const auto& [number, same] : steps) {
    if (same.alone_count != 1 || same.left_out.size() + 1 != same.domains) continue;
    std::vector<double> validations;
    for (const auto& [domain, value] : same.left_out) validations.push_back(value);
    keep_best(best, {numpy_sum(validations) / static_cast<double>(validations.size()),
                     accuracy(same.of_alone->in, test), same.alone, number});
  }
  return best;
}

}  // namespace

const char* name_of(Selection selection) {
  switch (selection) {
    case Selection::training_domain: return "training-domain";
    case Selection::leave_one_out: return "leave-one-out";
    case Selection::oracle: break;
  }
  return "oracle";
}

const char* about(Selection selection) {
  switch (selection) {
    case Selection::training_domain: return "training-domain validation set";
    case Selection::leave_one_out: return "leave-one-domain-out cross-validation";
    case Selection::oracle: break;
  }
  return "test-domain validation set (oracle)";
}

double numpy_sum(const std::vector<double>& numbers) {
  constexpr std::size_t kLanes = 8;
  std::size_t at = 0;
  double sum = 0;
  if (numbers.size() >= kLanes) {
    std::array<double, kLanes> lanes{};
    std::copy_n(numbers.begin(), kLanes, lanes.begin());
    for (at = kLanes; at + kLanes <= numbers.size(); at += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += numbers[at + lane];
    sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  for (; at < numbers.size(); ++at) sum += numbers[at];
  return sum;
}

std::vector<Choice> ranked(Selection selection, const Runs& runs, int test_domain) {
  std::map<std::int64_t, Runs> by_hparams;
  for (const RunResult* run : runs) by_hparams[run->hparams_seed].push_back(run);
  std::vector<Choice> choices;
  for (const auto& [seed, same] : by_hparams) {
    const std::optional<Choice> best =
        selection == Selection::training_domain ? by_training_domains(same, test_domain)
        : selection == Selection::oracle        ? by_oracle(same, test_domain)
                                                : by_leaving_one_out(same, test_domain);
    if (best) choices.push_back(*best);
  }
  std::stable_sort(choices.begin(), choices.end(),
                   [](const Choice& a, const Choice& b) { return a.validation < b.validation; });
  std::reverse(choices.begin(), choices.end());
  return choices;
}

}  // namespace sand::experiments
