// The direction whose projections on all domains' gradients are equally long (Liu et al. 2021, Towards
// impartial multi-task learning, ICLR).
#pragma once

#include <cmath>

#include "optim/by_weighting.h"
#include "optim/card.h"
#include "optim/preference.h"
#include "optim/small_matrix.h"

namespace sand::optim {

/// With v = G^+ sqrt(diag G) of G divided by its trace: w = v / sum_e v_e, or 0 if |sum_e v_e| < 1e-12. If G
/// is rank-deficient, the projections are equal as far as the rows allow, in the least-squares sense. If G =
/// 0, w = 0. If G is not finite, see ByWeighting.
class ImtlG : public ByWeighting {
 public:
  /// For the program's lists.
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
  Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const override {
    const Eigen::MatrixXd g = by_trace(of.gram, 0);
    Eigen::VectorXd lengths(of.domains());
    for (Index e = 0; e < of.domains(); ++e) lengths[e] = std::sqrt(g(e, e));
    const Eigen::VectorXd v = solve_least(g, lengths);
    const double sum = dot(v, Eigen::VectorXd::Ones(of.domains()));
    if (terms) terms->add("sum", "sum_e v_e", sum, "of v = G^+ sqrt(diag G), with G / trace(G)");
    return std::fabs(sum) < 1e-12 ? Eigen::VectorXd::Zero(of.domains()) : Eigen::VectorXd(v / sum);
  }
};

}  // namespace sand::optim
