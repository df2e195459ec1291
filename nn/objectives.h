// Losses of classifiers and of regression, as objectives of the engine.
#pragma once

#include "autograd/objective.h"

namespace sand::nn {

/// For outputs [n, classes] (logits): minus the log probability of the true class.
class CrossEntropy final : public Objective {
 public:
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override;
};

/// For outputs [n, 1] (one logit) and labels 0 and 1.
class BinaryCrossEntropy final : public Objective {
 public:
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override;
};

/// For outputs and target values of one shape [n, ...]: the mean of their squared differences.
class SquaredError final : public Objective {
 public:
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override;
};

}  // namespace sand::nn
