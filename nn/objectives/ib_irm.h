// IRM with the information bottleneck (Ahuja et al. 2021, arXiv 2106.06607).
#pragma once

#include "nn/objectives/ib_erm.h"
#include "nn/objectives/irm.h"

namespace sand::nn {

/// objective = mean_e R_e + w_irm mean_e P_e + w_ib feature_variance, with IRM's penalty of two halves and
/// each weight annealed on its own; the optimizer starts anew at both steps.
class IbIrm : public DomainObjective {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    std::vector<HparamRule> rules = Irm::card().hparams;
    rules.resize(2);  // lambda and anneal_iters
    for (const HparamRule& rule : IbErm::hparams()) rules.push_back(rule);
    return {.name = "IB_IRM",
            .about = "IRM, and features with a small variance",
            .formula = "mean_e R_e + w_irm mean_e P_e + w_ib mean_e mean_f var(z_f)",
            .source = "Ahuja et al. 2021, arXiv 2106.06607",
            .sees = "features",
            .hparams = rules,
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<IbIrm>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  IbIrm(const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)),
        irm_{checked("IB_IRM", h, "irm_lambda"), checked("IB_IRM", h, "irm_penalty_anneal_iters")},
        ib_{checked("IB_IRM", h, "ib_lambda"), checked("IB_IRM", h, "ib_penalty_anneal_iters"), 0} {}
  const char* name() const override { return "IB_IRM"; }
  bool sees_features() const override { return true; }
  bool restarts_optimizer(std::uint32_t step) const override {
    return step == irm_.steps || step == ib_.steps;
  }

  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment& at) const override {
    std::vector<Var> penalties;
    for (const DomainOutputs& domain : domains) penalties.push_back(Irm::penalty_of(*this, domain, true));
    const Var invariance = mean_of(penalties), bottleneck = feature_variance(domains);
    const Var extra = add(scale(invariance, static_cast<Scalar>(irm_.at(at.step))),
                          scale(bottleneck, static_cast<Scalar>(ib_.at(at.step))));
    return {add(mean_of(losses), extra), number(invariance) + number(bottleneck)};
  }

 private:
  Annealing irm_, ib_;
};

}  // namespace sand::nn
