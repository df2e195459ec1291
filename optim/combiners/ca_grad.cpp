#include "optim/combiners/ca_grad.h"

#include <cmath>

#include "optim/option.h"
#include "optim/preference.h"
#include "optim/quadratic.h"
#include "optim/small_matrix.h"
#include "tensor/digits.h"

namespace sand::optim {

CombinerCard CaGrad::card() {
  return {.name = "CAGrad",
          .about = "near the mean, the direction best for the worst domain",
          .formula =
              "d = g0 + c abs(g0) / abs(g_w) g_w, w = argmin over the simplex of g_w . g0 + c abs(g0) "
              "abs(g_w)",
          .source = "Liu et al. 2021, arXiv 2110.14048",
          .fewest_domains = 1,
          .sees = "Gram matrix",
          .hparams = {{"c", 0.5, HparamRule::Draw::uniform, 0, 1, "at least 0",
                       "radius around the mean, in units of its length"},
                      {"norm_eps", 1e-4, HparamRule::Draw::fixed, 0, 0, "at least 0",
                       "trace of G, and length of g_w, that count as 0"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<CaGrad>(CaGradOptions{.c = h.at("c"), .norm_eps = h.at("norm_eps")});
          },
          .note =
              [](const Hparams& h, int) {
                return h.at("norm_eps") == 0 ? std::string()
                                             : "CAGrad moves nothing in a step where the squared lengths of "
                                               "the domains' gradients sum "
                                               "to less than norm_eps = " +
                                                   shortest(h.at("norm_eps")) +
                                                   R"(; --hparams '{"norm_eps": 0}' has no such limit)";
              }};
}

CaGrad::CaGrad(const CaGradOptions& options) : ByWeighting(1), options_(options) {
  for (const Option option :
       {Option{"CAGrad", "c", options.c}, Option{"CAGrad", "norm_eps", options.norm_eps}})
    option.must(std::isfinite(option.value) && option.value >= 0, "a finite number of at least 0");
}

Eigen::VectorXd CaGrad::weigh(const Weighing& of, Terms* terms) const {
  const Index domains = of.domains();
  const Eigen::MatrixXd g = by_trace(of.gram, options_.norm_eps);
  const Eigen::VectorXd mean = Eigen::VectorXd::Constant(domains, 1.0 / static_cast<double>(domains));
  const Eigen::VectorXd with_mean = product(g, mean);  // g_e . g0
  const double radius = options_.c * std::sqrt(std::fmax(0.0, dot(mean, with_mean)));
  const Eigen::VectorXd w = radius > 0 ? least_on_simplex(g, with_mean, radius) : mean;
  const double length = std::sqrt(std::fmax(0.0, dot(w, product(g, w))));
  if (terms) {
    terms->setting("c", options_.c);
    terms->setting("norm_eps", options_.norm_eps);
    terms->add("radius", "c |g0|", radius, "c sqrt(sum G / E^2), of G / trace(G)");
    terms->add("length", "|g_w|", length, "sqrt(w G w), of G / trace(G)");
  }
  if (radius == 0 && !g.isZero(0)) return mean;
  return length >= options_.norm_eps && length > 0 ? Eigen::VectorXd(mean + radius / length * w)
                                                   : Eigen::VectorXd::Zero(domains);
}

}  // namespace sand::optim
