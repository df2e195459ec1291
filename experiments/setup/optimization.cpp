#include "experiments/setup/optimization.h"

#include <cmath>

#include "experiments/setup/algorithms.h"
#include "optim/optimizers/learning_rate.h"

namespace sand::experiments {

const optim::OptimizerCard& optimizer_card(const Settings& settings) {
  const Algorithm& method = algorithm(settings);
  if (*method.optimizer != '\0') return optim::optimizer_named(method.optimizer);
  if (settings.recipe.optimizer != Recipe().optimizer)
    return optim::optimizer_named(settings.recipe.optimizer);
  const auto own = settings.protocol.optimizers.find(settings.algorithm);
  return optim::optimizer_named(own == settings.protocol.optimizers.end() ? "adam" : own->second);
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Settings& settings, const Parameters& parameters) {
  return optimizer_card(settings).make(
      parameters, settings.hparams,
      {.learning_rate = settings.hparams.at(algorithm(settings).learning_rate),
       .weight_decay = settings.hparams.at("weight_decay"),
       .decay = settings.decoupled_decay ? optim::WeightDecay::decoupled : optim::WeightDecay::coupled,
       .mask_update = settings.mask_update});
}

std::function<double(std::int64_t)> learning_rates(const Settings& settings) {
  const Recipe& recipe = settings.recipe;
  const double rate = settings.hparams.at(algorithm(settings).learning_rate);
  const std::int64_t rising = recipe.warmup_steps;
  const auto warmed_up = [rising](auto after) -> std::function<double(std::int64_t)> {
    if (rising == 0) return after;
    return optim::Warmup<decltype(after)>{after, rising};
  };
  if (recipe.schedule == "step")
    return warmed_up(
        optim::StepsDecay{rate, {recipe.decay_at.begin(), recipe.decay_at.end()}, recipe.decay_factor});
  if (recipe.schedule == "cosine")
    return warmed_up(optim::CosineDecay{rate, recipe.final_lr, rising, settings.steps});
  if (recipe.schedule == "protocol")
    return warmed_up(optim::StepDecay{rate, std::lround(settings.protocol.decay_at * settings.steps),
                                      settings.protocol.decay_factor});
  return warmed_up(optim::ConstantRate{rate});
}

optim::ClipOptions clip_options(const Settings& settings) {
  return {.norm = settings.recipe.clip_norm, .value = settings.recipe.clip_value};
}

optim::StateLayout state_layout(const Settings& settings) {
  return make_optimizer(settings, Parameters())->layout();
}

}  // namespace sand::experiments
