// The sum of the domains' gradients.
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// direction = sum_e g_e. It has no mask.
class SumGradient : public ByColumn {
 public:
  /// For the program's lists.
  static CombinerCard card() {
    return {.name = "Sum",
            .about = "the sum of the gradients",
            .formula = "d = sum_e g_e",
            .source = "-",
            .fewest_domains = 1,
            .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> {
              return std::make_unique<SumGradient>();
            }};
  }
  SumGradient() : ByColumn(1, Mask::none) {}
  const char* name() const override { return "Sum"; }

 private:
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override {
    for (int j = 0; j < agreement.columns(); ++j)
      values[j] = static_cast<Scalar>(agreement.mean(j) * agreement.domains());
    if (terms) terms->add_scalar("average", "a", values[0], "gbar E");
  }
};

}  // namespace sand::optim
