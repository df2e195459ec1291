// Squared error, for regression.
#pragma once

#include "autograd/ops/scale.h"
#include "autograd/ops/squared_error.h"
#include "nn/objective_card.h"

namespace sand::nn {

/// For outputs and target values of one shape [n, ...]: the mean of their squared differences. Throws
/// Error(usage) for a batch without target values, and the errors of the op squared_error.
class SquaredError final : public Objective {
 public:
  static ObjectiveCard card() {
    return {.name = "SquaredError",
            .about = "numbers, an output for each",
            .formula = "L_e = mean (x - t)^2",
            .source = "Bishop 2006, eq. 3.12",
            .fewest_domains = 1,
            .outputs = [](Index) { return Index{0}; },
            .hparams = {},
            .make = [](const Hparams&) -> std::unique_ptr<Objective> {
              return std::make_unique<SquaredError>();
            }};
  }
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    check(static_cast<bool>(targets.values), [] {
      return Error(Fault::usage, "SquaredError: the batch has no target values")
          .hint("put them into DomainRows::target_values");
    });
    const Scalar share = static_cast<Scalar>(outputs.shape().rows()) / static_cast<Scalar>(rows_in_domain);
    return scale(squared_error(outputs, outputs.tape().constant(targets.values)), share);
  }
};

}  // namespace sand::nn
