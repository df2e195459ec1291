// The mean of the domains' gradients: empirical risk minimisation, which closes no weight.
#pragma once

#include <algorithm>

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// direction = gbar = (1 / E) sum_e g_e, m = 1.
class MeanGradient : public ByColumn {
 public:
  static CombinerCard card() {
    return {.name = "ERM",
            .about = "the mean of the gradients",
            .formula = "d = gbar",
            .source = "Vapnik 1991",
            .fewest_domains = 1,
            .closes_weights = false,
            .hparams = {},
            .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> {
              return std::make_unique<MeanGradient>();
            }};
  }
  MeanGradient() : ByColumn(1, false) {}
  const char* name() const override { return "ERM"; }

 private:
  void open(Agreement&, std::span<Scalar> mask, Terms* terms) const override {
    std::fill(mask.begin(), mask.end(), Scalar{1});
    if (terms) terms->add_scalar("mask", "m", 1, "1: this method closes no weight");
  }
};

}  // namespace sand::optim
