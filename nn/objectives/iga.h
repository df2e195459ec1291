// Inter-environmental gradient alignment (Koyama and Yamaguchi 2020, arXiv 2008.01883): all domains should
// have the same gradient.
#pragma once

#include "autograd/several_passes.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// objective = mean_e R_e + penalty sum_e |g_e - mean g|^2. Its gradient is mean_e g_e + 2 penalty sum_e H_e
/// d_e, with the Hessian H_e of R_e and d_e = g_e - mean g. The product H_e d_e is the central difference of
/// two gradients, at weights a small step along d_e to both sides. There, ReLU and max-pooling stay on the
/// sides of their kinks that they have at the weights themselves, as in an exact second derivative. It takes
/// four passes a domain. tests/nn/objectives/several_passes_test.cpp measures the error: in float the product
/// has about three digits, in double nine.
class Iga final : public SeveralPasses {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "IGA",
            .about = "all domains should have the same gradient",
            .formula = "mean_e R_e + w sum_e abs(g_e - mean g)^2",
            .source = "Koyama and Yamaguchi 2020, arXiv 2008.01883",
            .fewest_domains = 2,
            .sees = "gradients",
            .hparams = {{"penalty", 1000, HparamRule::Draw::power_of_10, 1, 5, "at least 0",
                         "weight w of the distance of the gradients"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Iga>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Iga(const Hparams& h, std::unique_ptr<Objective> base)
      : SeveralPasses(std::move(base)), weight_(checked("IGA", h, "penalty")) {}
  const char* name() const override { return "IGA"; }
  int fewest_domains() const override { return 2; }
  void fill(GradientTable& table, GradientsAt& gradients, const Moment& at) const override;

 private:
  double weight_;
};

}  // namespace sand::nn
