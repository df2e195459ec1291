// Empirical quantile risk minimization (Eastwood et al. 2022, arXiv 2207.09944): a small loss in all but the
// worst domains.
#pragma once

#include "autograd/ops/concatenate.h"
#include "autograd/ops/risk_quantile.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// objective = the eqrm_quantile of a kernel density of the domains' losses (the op risk_quantile), after
/// eqrm_burnin_iters steps of mean_e R_e. From that step on the learning rate is eqrm_lr, and the optimizer
/// starts anew.
class Eqrm : public DomainObjective {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "EQRM",
            .about = "a small loss in all but the worst domains",
            .formula = "the eqrm_quantile of the density of R_e; mean_e R_e before eqrm_burnin_iters steps",
            .source = "Eastwood et al. 2022, arXiv 2207.09944",
            .fewest_domains = 2,
            .sees = "losses",
            .hparams = {{"eqrm_quantile", 0.75, HparamRule::Draw::uniform, 0.5, 0.99, "above 0, below 1",
                         "share of domains whose loss should be small"},
                        {"eqrm_burnin_iters", 2500, HparamRule::Draw::power_of_10, 2.5, 3.5, "at least 0",
                         "steps of the mean loss before the quantile"},
                        {"eqrm_lr", 1e-6, HparamRule::Draw::power_of_10, -7, -5, "at least 0",
                         "learning rate after them"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Eqrm>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Eqrm(const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)),
        quantile_(checked("EQRM", h, "eqrm_quantile", 1e-9, 1 - 1e-9)),
        burn_in_(checked("EQRM", h, "eqrm_burnin_iters")),
        rate_(checked("EQRM", h, "eqrm_lr")) {}
  const char* name() const override { return "EQRM"; }
  /// As in DomainBed: if eqrm_burnin_iters is no whole number, the optimizer goes on with the old rate.
  bool restarts_optimizer(std::uint32_t step) const override { return step == burn_in_; }
  double learning_rate(double rate, std::uint32_t step) const override {
    return step >= burn_in_ && burn_in_ == std::floor(burn_in_) ? rate_ : rate;
  }

  Total total(std::span<const DomainOutputs>, std::span<const Var> losses, const Moment& at) const override {
    if (at.step < burn_in_) return {mean_of(losses)};
    Var all = losses[0];
    for (std::size_t e = 1; e < losses.size(); ++e) all = concatenate(all, losses[e]);
    return {risk_quantile(all, quantile_)};
  }

 private:
  double quantile_, burn_in_, rate_;
};

}  // namespace sand::nn
