// Model selection as in DomainBed (Gulrajani and Lopez-Paz 2020, arXiv 2007.01434, section 4.2): which
// hyper-parameters, and which step, count.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/sweeps/results.h"

namespace sand::experiments {

enum class Selection {
  training_domain,  ///< best mean accuracy on the held-out parts of the training domains, at any step
  leave_one_out,    ///< best mean accuracy on training domains that other runs left out; needs pairs
  oracle            ///< best accuracy on the held-out part of the test domain, at the last step
};
constexpr Selection kSelections[] = {Selection::training_domain, Selection::leave_one_out, Selection::oracle};
const char* name_of(Selection selection);  ///< "training-domain"
const char* about(Selection selection);    ///< DomainBed's name: "training-domain validation set"

/// The best step of the runs with one hparams_seed.
struct Choice {
  double validation = 0;  ///< the accuracy that selects
  double accuracy = 0;    ///< on the training part of the test domain
  const RunResult* run = nullptr;
  int step = 0;
};

/// One for every hparams_seed with enough records, the best first. Among equal ones DomainBed prefers the
/// last hparams_seed, and the first step. `runs` have one trial, data set and method, and `test_domain` among
/// their test domains. Records without the needed accuracies are passed over.
std::vector<Choice> ranked(Selection selection, const std::vector<const RunResult*>& runs, int test_domain);

/// The sum of some numbers in numpy's order for at most 128 numbers, so that equal numbers stay equal.
double numpy_sum(const std::vector<double>& numbers);

}  // namespace sand::experiments
