#include "optim/combiners/dual_proj.h"

#include <cmath>

#include "optim/option.h"
#include "optim/preference.h"
#include "optim/quadratic.h"
#include "optim/small_matrix.h"

namespace sand::optim {

CombinerCard DualProj::card() {
  return {.name = "DualProj",
          .about = "the mean, projected so that it conflicts with no domain",
          .formula = "d = sum_e w_e g_e, w = argmin of w G w with w >= u, u = 1 / E",
          .source = "Lopez-Paz and Ranzato 2017, arXiv 1706.08840",
          .fewest_domains = 1,
          .sees = "Gram matrix",
          .hparams = {pref_vector_rule(),
                      {"norm_eps", 1e-4, HparamRule::Draw::fixed, 0, 0, "at least 0",
                       "trace of G that counts as 0"},
                      {"reg_eps", 1e-4, HparamRule::Draw::fixed, 0, 0, "above 0",
                       "added to the diagonal of G / trace(G)"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<DualProj>(options_of(h));
          }};
}

DualProj::DualProj(const char* method, const DualProjOptions& options) : ByWeighting(1), options_(options) {
  Option{method, "norm_eps", options.norm_eps}.must(options.norm_eps >= 0 && std::isfinite(options.norm_eps),
                                                    "a finite number of at least 0");
  Option{method, "reg_eps", options.reg_eps}.must(options.reg_eps > 0 && std::isfinite(options.reg_eps),
                                                  "a finite number above 0");
  check_preference(method, options.pref_vector);
}

DualProjOptions DualProj::options_of(const Hparams& h) {
  return {.pref_vector = list_of(h, "pref_vector"), .norm_eps = h.at("norm_eps"), .reg_eps = h.at("reg_eps")};
}

Eigen::MatrixXd DualProj::regularized(const Eigen::MatrixXd& gram) const {
  Eigen::MatrixXd g = by_trace(gram, options_.norm_eps);
  for (Index e = 0; e < g.rows(); ++e) g(e, e) += options_.reg_eps;
  return g;
}

Eigen::VectorXd DualProj::preference(Index domains) const {
  return preference_or(1.0 / static_cast<double>(domains), name(), options_.pref_vector, domains);
}

void DualProj::add_settings(Terms* terms) const {
  if (!terms) return;
  terms->setting("norm_eps", options_.norm_eps);
  terms->setting("reg_eps", options_.reg_eps);
}

Eigen::VectorXd DualProj::weigh(const Weighing& of, Terms* terms) const {
  add_settings(terms);
  return least_above(regularized(of.gram), preference(of.domains()));
}

}  // namespace sand::optim
