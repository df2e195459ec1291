// Squared error, for regression.
#pragma once

#include "autograd/ops/scale.h"
#include "autograd/ops/squared_error.h"
#include "autograd/ops/squared_error_rows.h"
#include "autograd/ops/subtract.h"
#include "nn/objective_card.h"

namespace sand::nn {

/// For outputs and target values of one shape [n, ...]: the mean of their squared differences. Throws
/// Error(usage) for a batch without target values, and the errors of the op squared_error.
class SquaredError final : public Objective {
 public:
  /// For the program's lists.
  static ObjectiveCard card() {
    return {.name = "SquaredError",
            .about = "numbers, an output for each",
            .formula = "L_e = mean (x - t)^2",
            .source = "Bishop 2006, eq. 3.12",
            .fewest_domains = 1,
            .predicts = "numbers",
            .outputs = [](Index numbers) { return numbers; },
            .hparams = {},
            .make = [](const Hparams&) -> std::unique_ptr<Objective> {
              return std::make_unique<SquaredError>();
            }};
  }
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    check_values(targets);
    const Scalar share = static_cast<Scalar>(outputs.shape().rows()) / static_cast<Scalar>(rows_in_domain);
    return scale(squared_error(outputs, outputs.tape().constant(targets.values)), share);
  }
  Var row_losses(Var outputs, const Targets& targets) const override {
    check_values(targets);
    return squared_error_rows(outputs, outputs.tape().copied(targets.values));
  }
  Var slopes(Var outputs, const Targets& targets) const override {
    check_values(targets);
    const Var off = subtract(outputs, outputs.tape().copied(targets.values));
    return scale(off, Scalar{2} / static_cast<Scalar>(outputs.shape().columns()));
  }

 private:
  static void check_values(const Targets& targets) {
    check(static_cast<bool>(targets.values), [] {
      return Error(Fault::usage, "SquaredError: the batch has no target values")
          .hint("put them into DomainRows::target_values");
    });
  }
};

}  // namespace sand::nn
