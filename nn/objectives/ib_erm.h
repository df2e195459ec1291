// The information bottleneck as a penalty on the variance of features (Ahuja et al. 2021, arXiv 2106.06607).
#pragma once

#include "autograd/ops/column_variance.h"
#include "autograd/ops/mean.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// The mean over domains and features of the unbiased variance of a feature over the rows of a domain. Needs
/// two rows in every domain.
inline Var feature_variance(std::span<const DomainOutputs> domains) {
  std::vector<Var> variances;
  for (const DomainOutputs& domain : domains) variances.push_back(mean(column_variance(domain.features, 1)));
  return mean_of(variances);
}

/// penalty = feature_variance. Its weight is 0 before ib_penalty_anneal_iters steps.
class IbErm : public AnnealedPenalty {
 public:
  /// For the cards of its kind.
  static std::vector<HparamRule> hparams() {
    return {{"ib_lambda", 100, HparamRule::Draw::power_of_10, -1, 5, "at least 0",
             "weight of the features' variance after ib_penalty_anneal_iters steps; 0 before"},
            {"ib_penalty_anneal_iters", 500, HparamRule::Draw::whole_power_of_10, 0, 4, "at least 0",
             "step at which the weight changes and Adam starts anew"}};
  }
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "IB_ERM",
            .about = "features with a small variance",
            .formula = "mean_e R_e + w mean_e mean_f var(z_f)",
            .source = "Ahuja et al. 2021, arXiv 2106.06607",
            .sees = "features",
            .hparams = hparams(),
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<IbErm>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  IbErm(const Hparams& h, std::unique_ptr<Objective> base)
      : AnnealedPenalty(std::move(base), {checked("IB_ERM", h, "ib_lambda"),
                                          checked("IB_ERM", h, "ib_penalty_anneal_iters"), 0}) {}
  const char* name() const override { return "IB_ERM"; }
  bool sees_features() const override { return true; }

 private:
  Var penalty(std::span<const DomainOutputs> domains, std::span<const Var>, const Moment&) const override {
    return feature_variance(domains);
  }
};

}  // namespace sand::nn
