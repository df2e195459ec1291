// The sum of the domains' gradients with random weights (Lin et al. 2021, arXiv 2111.10603).
#pragma once

#include "optim/by_weighting.h"
#include "optim/card.h"
#include "tensor/elementary.h"
#include "tensor/random.h"

namespace sand::optim {

/// w_e = exp(z_e) / sum_a exp(z_a), z_e ~ N(0, 1): a function of the table's seed and step, whatever G is; if
/// it is not finite, see ByWeighting.
class RandomWeights : public ByWeighting {
 public:
  static constexpr std::uint32_t kStream = 0x726e6477;  ///< "rndw", of its random numbers

  /// For the program's lists.
  static CombinerCard card() {
    return {.name = "Random",
            .about = "the sum with random weights",
            .formula = "d = sum_e w_e g_e, w = softmax(z), z ~ N(0, 1)",
            .source = "Lin et al. 2021, arXiv 2111.10603",
            .fewest_domains = 1,
            .sees = "nothing",
            .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> {
              return std::make_unique<RandomWeights>();
            }};
  }
  RandomWeights() : ByWeighting(1) {}
  const char* name() const override { return "Random"; }

 private:
  Eigen::VectorXd weigh(const Weighing& of, Terms*) const override {
    Random random(of.seed, kStream, of.step);
    Eigen::VectorXd weights(of.domains());
    double sum = 0;
    for (double& weight : weights) sum += weight = sand::exp(random.normal());
    return weights / sum;
  }
};

}  // namespace sand::optim
