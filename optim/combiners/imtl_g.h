// The direction whose projections on all domains' gradients are equally long (Liu et al. 2021, Towards
// impartial multi-task learning, ICLR).
#pragma once

#include <cmath>

#include "optim/by_weighting.h"
#include "optim/card.h"
#include "optim/small_matrix.h"

namespace sand::optim {

/// With v = G^+ sqrt(diag G): w = v / sum_e v_e, or 0 if |sum_e v_e| < 1e-12.
class ImtlG : public ByWeighting {
 public:
  static CombinerCard card() {
    return {
        .name = "IMTLG",
        .about = "the direction with equal projections on all gradients",
        .formula = "d = sum_e w_e g_e, w = v / sum_e v_e, v = G^+ sqrt(diag G)",
        .source = "Liu et al. 2021, Towards impartial multi-task learning, ICLR",
        .fewest_domains = 1,
        .sees = "Gram matrix",
        .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> { return std::make_unique<ImtlG>(); }};
  }
  ImtlG() : ByWeighting(1) {}
  const char* name() const override { return "IMTLG"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms*) const override {
    Eigen::VectorXd lengths(of.domains());
    for (Index e = 0; e < of.domains(); ++e) lengths[e] = std::sqrt(of.gram(e, e));
    const Eigen::VectorXd v = solve_least(of.gram, lengths);
    const double sum = dot(v, Eigen::VectorXd::Ones(of.domains()));
    return std::fabs(sum) < 1e-12 ? Eigen::VectorXd::Zero(of.domains()) : Eigen::VectorXd(v / sum);
  }
};

}  // namespace sand::optim
