// Binary cross-entropy: minus the log probability of the true one of two classes, with one logit.
#pragma once

#include "autograd/ops/bce_with_logits.h"
#include "nn/objective_card.h"
#include "nn/residuals.h"
#include "nn/row_losses.h"

namespace sand::nn {

/// For outputs [n, 1] and labels 0 and 1. Throws the errors of the op bce_with_logits.
class BinaryCrossEntropy final : public Objective {
 public:
  /// For the program's lists.
  static ObjectiveCard card() {
    return {.name = "BinaryCrossEntropy",
            .about = "two classes, one logit",
            .formula = "L_e = -sum_n log sigmoid(x_n if label_n, else -x_n) / rows",
            .source = "Bishop 2006, eq. 4.90",
            .fewest_domains = 1,
            .predicts = "classes",
            .outputs = [](Index classes) { return Index{classes == 2}; },
            .hparams = {},
            .make = [](const Hparams&) -> std::unique_ptr<Objective> {
              return std::make_unique<BinaryCrossEntropy>();
            }};
  }
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    return bce_with_logits(outputs, targets.labels, Scalar{1} / static_cast<Scalar>(rows_in_domain));
  }
  Var row_losses(Var outputs, const Targets& targets) const override {
    return nn::row_losses(outputs, targets);
  }
  Var slopes(Var outputs, const Targets& targets) const override { return residuals(outputs, targets); }
};

}  // namespace sand::nn
