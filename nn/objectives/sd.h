// Spectral decoupling (Pezeshki et al. 2021, arXiv 2011.09468, eq. 25): small logits, against gradient
// starvation.
#pragma once

#include "autograd/ops/mean.h"
#include "autograd/ops/mul.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// objective = mean_e R_e + sd_reg * mean of all squared logits. The mean is over the rows of all domains
/// together, so domains with more rows count more, as in DomainBed.
class Sd : public DomainObjective {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "SD",
            .about = "small logits",
            .formula = "R + sd_reg mean(x^2), R and the mean over the rows of all domains together",
            .source = "Pezeshki et al. 2021, arXiv 2011.09468",
            .not_for_numbers = "it keeps logits small, and numbers to predict are no logits",
            .hparams = {{"sd_reg", 0.1, HparamRule::Draw::power_of_10, -5, -1, "at least 0",
                         "weight of the squared logits"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Sd>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Sd(const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)), weight_(checked("SD", h, "sd_reg")) {}
  const char* name() const override { return "SD"; }

  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment&) const override {
    std::vector<Var> squares;
    for (const DomainOutputs& domain : domains) squares.push_back(mean(mul(domain.outputs, domain.outputs)));
    const Var penalty = mean_over_rows(domains, squares);
    return {add(mean_over_rows(domains, losses), scale(penalty, static_cast<Scalar>(weight_))),
            number(penalty)};
  }

 private:
  double weight_;
};

}  // namespace sand::nn
