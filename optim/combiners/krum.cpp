#include "optim/combiners/krum.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "optim/option.h"

namespace sand::optim {

CombinerCard Krum::card() {
  return {.name = "Krum",
          .about = "the mean of the gradients nearest to their neighbours",
          .formula =
              "d = the mean of the n_selected g_e with the least sum of distances to the E - n_byzantine "
              "- 2 nearest others",
          .source = "Blanchard et al. 2017, Machine learning with adversaries, NeurIPS",
          .fewest_domains = 4,
          .sees = "Gram matrix",
          .hparams = {{"n_byzantine", 1, HparamRule::Draw::fixed, 0, 0, "whole, at least 0",
                       "domains that may be wrong"},
                      {"n_selected", 1, HparamRule::Draw::fixed, 0, 0, "whole, at least 1",
                       "domains whose mean is taken"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<Krum>(
                KrumOptions{.n_byzantine = h.at("n_byzantine"), .n_selected = h.at("n_selected")});
          }};
}

Krum::Krum(const KrumOptions& options)
    : ByWeighting(std::max(Option{"Krum", "n_byzantine", options.n_byzantine}.whole(0, 1000) + 3,
                           Option{"Krum", "n_selected", options.n_selected}.whole(1, 1000))),
      byzantine_(static_cast<Index>(options.n_byzantine)),
      selected_(static_cast<Index>(options.n_selected)) {}

Eigen::VectorXd Krum::weigh(const Weighing& of, Terms* terms) const {
  const Index domains = of.domains();
  std::vector<double> scores;
  for (Index a = 0; a < domains; ++a) {
    std::vector<double> distances;
    for (Index b = 0; b < domains; ++b)
      if (b != a)
        distances.push_back(std::sqrt(std::fmax(0.0, of.gram(a, a) + of.gram(b, b) - 2 * of.gram(a, b))));
    std::sort(distances.begin(), distances.end());
    double score = 0;
    for (Index i = 0; i < domains - byzantine_ - 2; ++i) score += distances[static_cast<std::size_t>(i)];
    scores.push_back(score);
    if (terms) terms->add("", "score " + std::to_string(a), score, "of domain " + std::to_string(a));
  }
  std::vector<Index> order(scores.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return scores[static_cast<std::size_t>(a)] < scores[static_cast<std::size_t>(b)];
  });
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(domains);
  for (Index i = 0; i < selected_; ++i)
    weights[order[static_cast<std::size_t>(i)]] = 1.0 / static_cast<double>(selected_);
  return weights;
}

}  // namespace sand::optim
