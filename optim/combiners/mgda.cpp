#include "optim/combiners/mgda.h"

#include <cmath>

#include "optim/option.h"
#include "optim/small_matrix.h"

namespace sand::optim {

CombinerCard Mgda::card() {
  return {
      .name = "MGDA",
      .about = "the shortest vector in the hull of the gradients",
      .formula = "d = sum_e w_e g_e, w = argmin over the simplex of abs(sum_e w_e g_e)",
      .source = "Sener and Koltun 2018, arXiv 1810.04650",
      .fewest_domains = 1,
      .sees = "Gram matrix",
      .hparams = {{"epsilon", 1e-3, HparamRule::Draw::fixed, 0, 0, "above 0", "step that ends the search"},
                  {"max_iters", 100, HparamRule::Draw::fixed, 0, 0, "1 .. 1000000", "most steps"}},
      .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
        return std::make_unique<Mgda>(
            MgdaOptions{.epsilon = h.at("epsilon"), .max_iters = h.at("max_iters")});
      }};
}

Mgda::Mgda(const MgdaOptions& options) : ByWeighting(1), options_(options) {
  Option{"MGDA", "epsilon", options.epsilon}.must(options.epsilon > 0 && std::isfinite(options.epsilon),
                                                  "a finite number above 0");
  Option{"MGDA", "max_iters", options.max_iters}.whole(1, 1000000);
}

Eigen::VectorXd Mgda::weigh(const Weighing& of, Terms* terms) const {
  const Index domains = of.domains();
  Eigen::VectorXd w = Eigen::VectorXd::Constant(domains, 1.0 / static_cast<double>(domains));
  int steps = 0;
  double step = 1;
  for (; steps < static_cast<int>(options_.max_iters) && step >= options_.epsilon; ++steps) {
    const Eigen::VectorXd products = product(of.gram, w);
    Index least = 0;
    for (Index e = 1; e < domains; ++e)
      if (products[e] < products[least]) least = e;
    const double a = products[least], b = dot(w, products), c = of.gram(least, least);
    step = b <= a ? 0 : c <= a ? 1 : (b - a) / (b + c - 2 * a);
    w *= 1 - step;
    w[least] += step;
  }
  if (terms) {
    terms->setting("epsilon", options_.epsilon);
    terms->setting("max_iters", options_.max_iters);
    terms->add("steps", "n", steps, "steps made");
    terms->add("last_step", "gamma", step, "length of the last step");
  }
  return w;
}

}  // namespace sand::optim
