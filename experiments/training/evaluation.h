// How well a model does on examples it is shown: no gradients, nothing random.
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
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< share classified right; NaN of no examples
};

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
  std::vector<DomainRows> rows_;  // of a tile, by thread
};

}  // namespace sand::experiments
