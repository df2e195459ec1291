#include "optim/combiners/up_grad.h"

#include "optim/quadratic.h"

namespace sand::optim {

CombinerCard UpGrad::card() {
  CombinerCard card = DualProj::card();
  card.name = "UPGrad";
  card.about = "the mean of the gradients, each projected so that it conflicts with no domain";
  card.formula = "d = sum_e w_e g_e, w = the sum over i of argmin of w G w with w >= u_i e_i, u = 1 / E";
  card.source = "Quinton and Rey 2024, arXiv 2406.16232";
  card.make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
    return std::make_unique<UpGrad>(options_of(h));
  };
  return card;
}

Eigen::VectorXd UpGrad::weigh(const Weighing& of, Terms* terms) const {
  add_settings(terms);
  const Eigen::MatrixXd g = regularized(of.gram);
  const Eigen::VectorXd u = preference(of.domains());
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(of.domains());
  for (Index i = 0; i < of.domains(); ++i)
    weights += least_above(g, u[i] * Eigen::VectorXd::Unit(of.domains(), i));
  return weights;
}

}  // namespace sand::optim
