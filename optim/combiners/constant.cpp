#include "optim/combiners/constant.h"

#include <cmath>

#include "optim/option.h"

namespace sand::optim {

CombinerCard Constant::card() {
  return {.name = "Constant",
          .about = "the sum with weights that the user sets",
          .formula = "d = sum_e w_e g_e",
          .source = "-",
          .fewest_domains = 1,
          .sees = "nothing",
          .hparams = {{.name = "weights",
                       .standard = 0,
                       .draw = HparamRule::Draw::fixed,
                       .low = 0,
                       .high = 0,
                       .range = "one for every domain",
                       .meaning = "weights of the domains",
                       .is_list = true,
                       .without_list = "1/E"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<Constant>(ConstantOptions{.weights = list_of(h, "weights")});
          }};
}

Constant::Constant(const ConstantOptions& options) : ByWeighting(1), weights_(options.weights) {
  bool any = weights_.empty();
  for (const double weight : weights_) {
    Option{"Constant", "weights", weight}.must(std::isfinite(weight), "finite numbers");
    any = any || weight != 0;
  }
  if (!any) Option{"Constant", "weights", 0}.must(false, "different from 0 for some domain");
}

Eigen::VectorXd Constant::weigh(const Weighing& of, Terms*) const {
  const auto domains = static_cast<double>(of.domains());
  check_one_each("Constant", "weights", weights_, static_cast<int>(of.domains()));
  return weights_.empty() ? Eigen::VectorXd::Constant(of.domains(), 1 / domains)
                          : Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(weights_.data(), of.domains()));
}

}  // namespace sand::optim
