// Group distributionally robust optimization (Sagawa et al. 2020, arXiv 1911.08731): the domains with the
// largest losses count most.
#pragma once

#include "nn/annealed.h"
#include "nn/domain_objective_card.h"
#include "tensor/elementary.h"

namespace sand::nn {

/// objective = sum_e q_e R_e, where q_e grows by the factor exp(eta R_e) in every step before q is divided by
/// its sum; q is no part of the gradient. q begins with equal numbers and is carried from step to step.
class GroupDro : public DomainObjective {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "GroupDRO",
            .about = "the domains with the largest losses count most",
            .formula = "sum_e q_e R_e, q_e = q_e exp(eta R_e) / sum in every step",
            .source = "Sagawa et al. 2020, arXiv 1911.08731",
            .fewest_domains = 2,
            .sees = "losses",
            .hparams = {{"groupdro_eta", 1e-2, HparamRule::Draw::power_of_10, -3, -1, "at least 0",
                         "step of the weights q"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<GroupDro>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  GroupDro(const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)), eta_(checked("GroupDRO", h, "groupdro_eta")) {}
  const char* name() const override { return "GroupDRO"; }

  Total total(std::span<const DomainOutputs>, std::span<const Var> losses, const Moment& at) const override {
    std::vector<double>& q = at.carried;
    q.resize(losses.size(), 1.0);
    double sum = 0;
    for (std::size_t e = 0; e < losses.size(); ++e) sum += q[e] *= sand::exp(eta_ * number(losses[e]));
    std::vector<Var> parts;
    for (std::size_t e = 0; e < losses.size(); ++e)
      parts.push_back(scale(losses[e], static_cast<Scalar>(q[e] /= sum)));
    return {scale(mean_of(parts), static_cast<Scalar>(parts.size()))};
  }

 private:
  double eta_;
};

}  // namespace sand::nn
