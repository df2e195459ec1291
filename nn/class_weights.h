// A loss of classes whose rows count more or less by their true class.
#pragma once

#include <memory>
#include <vector>

#include "autograd/ops/mul.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/sum.h"
#include "nn/residuals.h"
#include "nn/row_losses.h"

namespace sand::nn {

/// L_e = sum_n w[label_n] l_n / rows, where l_n is the cross-entropy of row n: of a logit for each class, or
/// of one logit. The sum is divided by the number of rows of the domain, not by the sum of their weights as
/// in PyTorch's CrossEntropyLoss(weight=w): a tile does not know the labels of the others, and a domain whose
/// batch happens to have rare classes would get smaller gradients. With balanced weights both agree on
/// average. Penalties on single rows (IRM, RDM, Fishr) are those of the weighted loss.
class ClassWeights final : public Objective {
 public:
  /// [classes], at least 0.
  explicit ClassWeights(std::vector<Scalar> weights) : weights_(std::move(weights)) {}

  /// Throws Error(data) for labels outside the classes.
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    return scale(sum(row_losses(outputs, targets)), Scalar{1} / static_cast<Scalar>(rows_in_domain));
  }
  Var row_losses(Var outputs, const Targets& targets) const override {
    return weighted(nn::row_losses(outputs, targets), outputs.shape(), targets);
  }
  Var slopes(Var outputs, const Targets& targets) const override {
    return weighted(residuals(outputs, targets), outputs.shape(), targets);
  }

 private:
  /// The rows of x [n, ...], each times the weight of its class.
  Var weighted(Var x, const Shape& outputs, const Targets& targets) const {
    ops::check_labels("class weights", outputs, targets.labels, static_cast<Index>(weights_.size()));
    Tensor of_rows(x.shape());
    const Index columns = x.shape().columns();
    for (Index i = 0; i < of_rows.size(); ++i)
      of_rows[i] = weights_[static_cast<std::size_t>(targets.labels[static_cast<std::size_t>(i / columns)])];
    return mul(x, x.tape().copied(of_rows));
  }

  std::vector<Scalar> weights_;
};

}  // namespace sand::nn
