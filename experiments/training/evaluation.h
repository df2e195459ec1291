// Loss and accuracy of a model on examples: no gradients, no random numbers.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "autograd/passes.h"
#include "domains/domain.h"
#include "experiments/setup/models.h"
#include "tensor/ranks.h"
#include "tensor/threads.h"

namespace sand::experiments {

struct Score {
  double loss = 0;  ///< mean over the examples; for numbers their mean squared error
  /// Share predicted right, of the examples or of all their labels (Task::multilabel). For numbers R^2, the
  /// mean over the targets of 1 - (sum of squared errors) / (sum of squared distances from their mean). NaN
  /// for no examples.
  double accuracy = std::numeric_limits<double>::quiet_NaN();
};

/// Mean over some domains; NaN if one of them was not measured.
double mean_accuracy(const std::vector<Score>& scores, const std::vector<int>& domains);

/// Predicts every example of a part. Ranks take ranges of its tiles, and each gets all numbers. They do not
/// depend on `threads` or `ranks`.
class Evaluation {
 public:
  /// `model` must outlive it.
  Evaluation(const Model& model, const Threads& threads, domains::Task task = domains::Task::classify,
             const Ranks& ranks = {});
  /// Also writes the outputs [n, outputs] of the n examples, if there is a place for them.
  Score operator()(const domains::Part& part, const Objective& objective, TensorSpan outputs = {});
  Tensor outputs(const domains::Part& part);  ///< [n, outputs], without a score

 private:
  /// The outputs of examples first .. first + n - 1 of a part.
  using See = std::function<void(std::size_t first, const DomainRows& tile, Var outputs)>;
  void for_each_tile(const domains::Part& part, const See& see);
  template <class Number>
  void share(std::size_t tiles, std::size_t each, std::span<Number> numbers) const;

  const Model& model_;
  Threads threads_;
  Ranks ranks_;
  domains::Task task_;
  Passes passes_;
  std::vector<DomainRows> rows_;  // of a tile, one per thread
};

}  // namespace sand::experiments
