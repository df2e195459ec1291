// The mean of the domains' gradients: empirical risk minimisation.
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// direction = gbar = (1 / E) sum_e g_e. It has no mask.
class MeanGradient : public ByColumn {
 public:
  /// For the program's lists.
  static CombinerCard card() {
    return {.name = "Mean",
            .about = "the mean of the gradients",
            .formula = "d = gbar",
            .source = "Vapnik 1991",
            .fewest_domains = 1,
            .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> {
              return std::make_unique<MeanGradient>();
            }};
  }
  MeanGradient() : ByColumn(1, Mask::none) {}
  const char* name() const override { return "Mean"; }
};

}  // namespace sand::optim
