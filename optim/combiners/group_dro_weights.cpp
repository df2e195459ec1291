#include "optim/combiners/group_dro_weights.h"

#include <cmath>
#include <string>

#include "optim/option.h"
#include "tensor/elementary.h"

namespace sand::optim {

CombinerCard GroupDroWeights::card() {
  return {
      .name = "GroupDROWeights",
      .about = "the sum with weights that grow with the domains' losses",
      .formula = "d = sum_e w_e g_e, w_e = q_e exp(eta R_e) / sum, q = w of the step before",
      .source = "Sagawa et al. 2020, arXiv 1911.08731",
      .sees = "losses",
      .hparams = {{"eta", 1e-2, HparamRule::Draw::power_of_10, -3, -1, "at least 0", "step of the weights"}},
      .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
        return std::make_unique<GroupDroWeights>(GroupDroWeightsOptions{.eta = h.at("eta")});
      }};
}

GroupDroWeights::GroupDroWeights(const GroupDroWeightsOptions& options) : ByWeighting(2), eta_(options.eta) {
  Option{"GroupDROWeights", "eta", eta_}.must(eta_ >= 0 && std::isfinite(eta_),
                                              "a finite number of at least 0");
}

Eigen::VectorXd GroupDroWeights::weigh(const Weighing& of, Terms* terms) const {
  const Index domains = of.domains();
  const Eigen::VectorXd& kept = terms ? before_ : q_;
  Eigen::VectorXd weights =
      kept.size() == domains ? kept : Eigen::VectorXd::Constant(domains, 1.0 / static_cast<double>(domains));
  if (terms) terms->setting("eta", eta_);
  double sum = 0;
  for (Index e = 0; e < domains; ++e) {
    if (terms) terms->add("", "q " + std::to_string(e), weights[e], "the weight of the step before");
    sum += weights[e] *= sand::exp(eta_ * of.losses[static_cast<std::size_t>(e)]);
  }
  return weights / sum;
}

void GroupDroWeights::keep(const Eigen::VectorXd& weights) {
  before_ = q_;
  q_ = weights;
}

void GroupDroWeights::resume(std::span<const double> state) {
  q_ = Eigen::Map<const Eigen::VectorXd>(state.data(), static_cast<Index>(state.size()));
  before_.resize(0);
}

}  // namespace sand::optim
