#include "optim/combiners/con_fig.h"

#include <cmath>

#include "optim/option.h"
#include "optim/preference.h"
#include "optim/small_matrix.h"

namespace sand::optim {

CombinerCard ConFig::card() {
  return {.name = "ConFIG",
          .about = "the direction with equal cosines to all gradients",
          .formula = "d = (sum_e g_e . n) n, n = U^+ u / abs(U^+ u), U = unit rows, u = 1",
          .source = "Liu et al. 2024, arXiv 2408.11104",
          .fewest_domains = 1,
          .sees = "Gram matrix",
          .hparams = {pref_vector_rule()},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<ConFig>(ConFigOptions{.pref_vector = list_of(h, "pref_vector")});
          }};
}

ConFig::ConFig(const ConFigOptions& options) : ByWeighting(1), options_(options) {
  check_preference("ConFIG", options.pref_vector);
}

Eigen::VectorXd ConFig::weigh(const Weighing& of, Terms* terms) const {
  const Index domains = of.domains();
  Eigen::VectorXd inverse(domains);  // of the rows' lengths
  for (Index e = 0; e < domains; ++e) inverse[e] = of.gram(e, e) > 0 ? 1 / std::sqrt(of.gram(e, e)) : 0.0;
  Eigen::MatrixXd cosines(domains, domains);
  for (Index a = 0; a < domains; ++a)
    for (Index b = 0; b < domains; ++b) cosines(a, b) = of.gram(a, b) * inverse[a] * inverse[b];
  const Eigen::VectorXd u = preference_or(1, name(), options_.pref_vector, domains);
  const Eigen::VectorXd best = solve_least(cosines, u);
  const Eigen::VectorXd of_rows = best.cwiseProduct(inverse);  // U^+ u as a sum of rows
  const Eigen::VectorXd along = product(of.gram, of_rows);
  const double squared = dot(of_rows, along);
  double sum = 0;
  for (Index e = 0; e < domains; ++e) sum += along[e];
  if (terms)
    terms->add("length", "|U^+ u|", std::sqrt(std::fmax(0.0, squared)), "before it is divided by it");
  return squared > 1e-12 * dot(u, u) ? Eigen::VectorXd(sum / squared * of_rows)
                                     : Eigen::VectorXd::Zero(domains);
}

}  // namespace sand::optim
