#include "optim/combiners/nash_mtl.h"

#include <cmath>
#include <vector>

#include "optim/option.h"
#include "optim/quadratic.h"
#include "optim/small_matrix.h"

namespace sand::optim {

CombinerCard NashMtl::card() {
  return {.name = "NashMTL",
          .about = "Nash's bargaining solution",
          .formula = "d = sum_e w_e g_e, (G w)_e = 1 / w_e, abs(d) <= max_norm",
          .source = "Navon et al. 2022, arXiv 2202.01017",
          .fewest_domains = 1,
          .sees = "Gram matrix",
          .hparams = {{"max_norm", 1, HparamRule::Draw::fixed, 0, 0, "at least 0",
                       "greatest length of the direction; 0: none"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<NashMtl>(NashMtlOptions{.max_norm = h.at("max_norm")});
          }};
}

NashMtl::NashMtl(const NashMtlOptions& options) : ByWeighting(1), max_norm_(options.max_norm) {
  Option{"NashMTL", "max_norm", max_norm_}.must(max_norm_ >= 0 && std::isfinite(max_norm_),
                                                "a finite number of at least 0");
}

Eigen::VectorXd NashMtl::weigh(const Weighing& of, Terms* terms) const {
  std::vector<Index> present;  // rows that are not 0
  for (Index e = 0; e < of.domains(); ++e)
    if (of.gram(e, e) > 0) present.push_back(e);
  const auto n = static_cast<Index>(present.size());
  Eigen::MatrixXd g(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      g(i, j) = of.gram(present[static_cast<std::size_t>(i)], present[static_cast<std::size_t>(j)]);
  Eigen::VectorXd solved = bargain(g);
  const double length = std::sqrt(std::fmax(0.0, dot(solved, product(g, solved))));
  if (max_norm_ > 0 && length > max_norm_) solved *= max_norm_ / length;
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(of.domains());
  for (Index i = 0; i < n; ++i) weights[present[static_cast<std::size_t>(i)]] = solved[i];
  if (terms) {
    terms->setting("max_norm", max_norm_);
    terms->add("length", "|d'|", length, "sqrt(w G w) of the w with (G w)_e = 1 / w_e");
  }
  return weights;
}

}  // namespace sand::optim
