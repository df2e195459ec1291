#include "experiments/setup/optimization.h"

#include "experiments/setup/algorithms.h"

namespace sand::experiments {

const optim::OptimizerCard& optimizer_card(const Settings& settings) {
  const Algorithm& method = algorithm(settings);
  return optim::optimizer_named(*method.optimizer != '\0' ? method.optimizer : settings.recipe.optimizer);
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Settings& settings, const Parameters& parameters) {
  return optimizer_card(settings).make(
      parameters, settings.hparams,
      {.learning_rate = settings.hparams.at(algorithm(settings).learning_rate),
       .weight_decay = settings.hparams.at("weight_decay"),
       .decay = settings.decoupled_decay ? optim::WeightDecay::decoupled : optim::WeightDecay::coupled,
       .mask_update = settings.mask_update});
}

optim::StateLayout state_layout(const Settings& settings) {
  return make_optimizer(settings, Parameters())->layout();
}

}  // namespace sand::experiments
