// Cross-entropy: minus the log probability of the true class, with a logit for each.
#pragma once

#include "autograd/ops/cross_entropy.h"
#include "nn/objective_card.h"
#include "nn/residuals.h"
#include "nn/row_losses.h"

namespace sand::nn {

/// For outputs [n, classes] and labels. Throws the errors of the op cross_entropy.
class CrossEntropy final : public Objective {
 public:
  /// For the program's lists.
  static ObjectiveCard card() {
    return {.name = "CrossEntropy",
            .about = "classes, a logit for each",
            .formula = "L_e = -sum_n log_softmax(x)[n, label_n] / rows",
            .source = "Bishop 2006, eq. 4.108",
            .fewest_domains = 1,
            .predicts = "classes",
            .outputs = [](Index classes) { return classes; },
            .hparams = {},
            .make = [](const Hparams&) -> std::unique_ptr<Objective> {
              return std::make_unique<CrossEntropy>();
            }};
  }
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    return cross_entropy(outputs, targets.labels, Scalar{1} / static_cast<Scalar>(rows_in_domain));
  }
  Var row_losses(Var outputs, const Targets& targets) const override {
    return nn::row_losses(outputs, targets);
  }
  Var slopes(Var outputs, const Targets& targets) const override { return residuals(outputs, targets); }
};

}  // namespace sand::nn
