// Binary cross-entropy of several labels, of which an example may have any number.
#pragma once

#include "autograd/ops/bce_of_labels_rows.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/sigmoid.h"
#include "autograd/ops/subtract.h"
#include "autograd/ops/sum.h"
#include "nn/objective_card.h"

namespace sand::nn {

/// For outputs [n, d], a logit for each label, and target values [n, d]: 1 for each label that the example
/// has, else 0. The loss of a row is the mean over its labels. Throws the errors of the op
/// bce_of_labels_rows.
class MultiLabelCrossEntropy final : public Objective {
 public:
  /// For the program's lists.
  static ObjectiveCard card() {
    return {.name = "MultiLabelCrossEntropy",
            .about = "labels, a logit for each",
            .formula = "L_e = -sum_n mean_i log sigmoid(x_ni if t_ni, else -x_ni) / rows",
            .source = "Bishop 2006, eq. 4.90",
            .fewest_domains = 1,
            .predicts = "labels",
            .outputs = [](Index labels) { return labels; },
            .hparams = {},
            .make = [](const Hparams&) -> std::unique_ptr<Objective> {
              return std::make_unique<MultiLabelCrossEntropy>();
            }};
  }
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    return scale(sum(row_losses(outputs, targets)), Scalar{1} / static_cast<Scalar>(rows_in_domain));
  }
  Var row_losses(Var outputs, const Targets& targets) const override {
    return bce_of_labels_rows(outputs, targets.values);
  }
  Var slopes(Var outputs, const Targets& targets) const override {
    const Var off = subtract(sigmoid(outputs), outputs.tape().copied(targets.values));
    return scale(off, Scalar{1} / static_cast<Scalar>(outputs.shape().columns()));
  }
};

}  // namespace sand::nn
