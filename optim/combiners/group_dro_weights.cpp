#include "optim/combiners/group_dro_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "optim/option.h"
#include "tensor/digits.h"
#include "tensor/elementary.h"
#include "tensor/error.h"

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
  const Eigen::VectorXd& carried = terms ? before_ : q_;
  check(carried.size() == 0 || carried.size() == domains, [&] {
    return Error(Fault::usage, "GroupDROWeights: the weights of the step before are of other domains")
        .fact("domains", std::to_string(domains))
        .fact("before", std::to_string(carried.size()));
  });
  const Eigen::VectorXd q =
      carried.size() == 0 ? Eigen::VectorXd::Constant(domains, 1.0 / static_cast<double>(domains)) : carried;
  if (terms) terms->setting("eta", eta_);
  double greatest =
      -std::numeric_limits<double>::infinity();  // of the losses with a weight, or exp overflows
  for (Index e = 0; e < domains; ++e)
    if (q[e] > 0) greatest = std::max(greatest, of.losses[static_cast<std::size_t>(e)]);
  Eigen::VectorXd weights(domains);
  double sum = 0;
  for (Index e = 0; e < domains; ++e) {
    if (terms) terms->add("", "q " + std::to_string(e), q[e], "the weight of the step before");
    const double loss = of.losses[static_cast<std::size_t>(e)];
    weights[e] = q[e] > 0 ? q[e] * sand::exp(eta_ * (loss - greatest)) : 0 * loss;  // NaN passes
    sum += weights[e];
  }
  return weights / sum;
}

void GroupDroWeights::keep(const Eigen::VectorXd& weights) {
  before_ = q_;
  q_ = weights;
}

void GroupDroWeights::resume(std::span<const double> state) {
  double sum = 0;
  bool sound = true;
  for (const double weight : state) sound = sound && weight >= 0, sum += weight;
  check(state.empty() || (sound && std::fabs(sum - 1) < 1e-9), [&] {
    return Error(Fault::data, "GroupDROWeights: carried weights must be at least 0 and have sum 1")
        .fact("sum", shortest(sum));
  });
  q_ = Eigen::Map<const Eigen::VectorXd>(state.data(), static_cast<Index>(state.size()));
  before_.resize(0);
}

}  // namespace sand::optim
