// A loss of classes whose rows count more or less by their true class.
#pragma once

#include <memory>
#include <vector>

#include "autograd/ops/mul.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/sum.h"
#include "nn/row_losses.h"

namespace sand::nn {

/// L_e = sum_n w[label_n] l_n / rows, where l_n is the cross-entropy of row n: of a logit for each class, or
/// of one logit. The sum is divided by the number of rows of the domain, not by the sum of their weights as
/// in PyTorch's CrossEntropyLoss(weight=w): a tile does not know the labels of the others, and a domain whose
/// batch happens to have rare classes would get smaller gradients. With balanced weights both agree on
/// average.
class ClassWeights final : public Objective {
 public:
  /// [classes], at least 0.
  explicit ClassWeights(std::vector<Scalar> weights) : weights_(std::move(weights)) {}

  /// Throws Error(data) for labels outside the classes.
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    const Var losses = row_losses(outputs, targets);
    ops::check_labels("class weights", outputs.shape(), targets.labels, static_cast<Index>(weights_.size()));
    Tensor of_rows(losses.shape());
    for (std::size_t n = 0; n < targets.labels.size(); ++n)
      of_rows[static_cast<Index>(n)] = weights_[static_cast<std::size_t>(targets.labels[n])];
    const Var weighted = mul(losses, outputs.tape().copied(of_rows));
    return scale(sum(weighted), Scalar{1} / static_cast<Scalar>(rows_in_domain));
  }

 private:
  std::vector<Scalar> weights_;
};

}  // namespace sand::nn
