// Loss and accuracy of a model on examples: no gradients, no random numbers.
#pragma once

#include <limits>
#include <vector>

#include "autograd/passes.h"
#include "domains/domain.h"
#include "experiments/setup/models.h"
#include "tensor/threads.h"

namespace sand::experiments {

struct Score {
  double loss = 0;                                             ///< mean over the examples
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< share predicted right; NaN for no examples
};

/// Mean over some domains; NaN if one of them was not measured.
double mean_accuracy(const std::vector<Score>& scores, const std::vector<int>& domains);

/// Predicts every example of a part. The numbers do not depend on `threads`.
class Evaluation {
 public:
  /// `model` must outlive it.
  Evaluation(const Model& model, const Threads& threads);
  Score operator()(const domains::Part& part, const Objective& objective);

 private:
  const Model& model_;
  Threads threads_;
  Passes passes_;
  std::vector<DomainRows> rows_;  // of a tile, one per thread
};

}  // namespace sand::experiments
