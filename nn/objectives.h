// Losses of classifiers, as objectives of the engine.
#pragma once

#include "autograd/objective.h"

namespace sand::nn {

/// For outputs [n, classes] (logits): minus the log probability of the true class. The greatest logit wins, the first
/// of equals.
class CrossEntropy final : public Objective {
 public:
  Var loss(Var outputs, std::span<const std::int32_t> labels, Index rows_in_domain) const override;
  Index correct(TensorView outputs, std::span<const std::int32_t> labels) const override;
};

/// For outputs [n, 1] (one logit) and labels 0 and 1. A positive logit means class 1.
class BinaryCrossEntropy final : public Objective {
 public:
  Var loss(Var outputs, std::span<const std::int32_t> labels, Index rows_in_domain) const override;
  Index correct(TensorView outputs, std::span<const std::int32_t> labels) const override;
};

}  // namespace sand::nn
