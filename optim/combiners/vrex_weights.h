// The gradient of the domains' mean loss plus a penalty on the variance of their losses, as weights of the
// domains' gradients (Krueger et al. 2021, arXiv 2003.00688).
#pragma once

#include <cmath>

#include "optim/by_weighting.h"
#include "optim/card.h"
#include "optim/option.h"
#include "optim/small_matrix.h"

namespace sand::optim {

/// Settings of VrexWeights.
struct VrexWeightsOptions {
  double lambda = 10;  ///< weight of the population variance of the losses; >= 0
};

/// w_e = (1 + 2 lambda (R_e - mean R)) / E, with the domains' losses R: exactly the gradient of mean(R) +
/// lambda var(R), where the variance divides by E. G does not matter; if it is not finite, see ByWeighting. A
/// loss that is not finite makes a direction that is not finite.
class VrexWeights : public ByWeighting {
 public:
  /// For the program's lists.
  static CombinerCard card() {
    return {.name = "VRExWeights",
            .about = "the mean with more weight on domains with a large loss",
            .formula = "d = sum_e w_e g_e, w_e = (1 + 2 lambda (R_e - mean R)) / E",
            .source = "Krueger et al. 2021, arXiv 2003.00688",
            .sees = "losses",
            .hparams = {{"lambda", 10, HparamRule::Draw::power_of_10, -1, 5, "at least 0",
                         "weight of the variance of the losses"}},
            .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
              return std::make_unique<VrexWeights>(VrexWeightsOptions{.lambda = h.at("lambda")});
            }};
  }
  /// Throws Error(usage) for a lambda that is negative or not finite.
  explicit VrexWeights(const VrexWeightsOptions& options = {}) : ByWeighting(2), lambda_(options.lambda) {
    Option{"VRExWeights", "lambda", lambda_}.must(lambda_ >= 0 && std::isfinite(lambda_),
                                                  "a finite number of at least 0");
  }
  const char* name() const override { return "VRExWeights"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override {
    const auto domains = static_cast<double>(of.domains());
    const Eigen::Map<const Eigen::VectorXd> losses(of.losses.data(), of.domains());
    const double mean = dot(losses, Eigen::VectorXd::Ones(of.domains())) / domains;
    if (terms) {
      terms->setting("lambda", lambda_);
      terms->add("mean_loss", "mean R", mean, "sum_e R_e / E");
    }
    return (1 + 2 * lambda_ * (losses.array() - mean)) / domains;
  }

  double lambda_;
};

}  // namespace sand::optim
