// The settings of a recipe: rows of settings_table.h.
#pragma once

#include "experiments/setup/recipe.h"
#include "experiments/setup/setting.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/names.h"

namespace sand::experiments {

/// `recipe` is Recipe or const Recipe.
template <class Fields, class Row>
void visit_recipe_settings(Fields& recipe, const Row& row) {
  const double huge = 1e30;
  row(Setting{"optimizer", "--optimizer",
              "how a direction moves the weights: " + either(optim::optimizer_names()) +
                  " (default protocol: the protocol's, which is adam but for ANDMask under lut)"}
          .newer(),
      recipe.optimizer);
  row(Setting{"schedule", "--schedule",
              "learning rate by step: " + either(schedule_names()) + " (default protocol: the protocol's)"}
          .newer(),
      recipe.schedule);
  row(Setting{"warmup_steps", "--warmup-steps,--warmup_steps",
              "first steps in which the learning rate rises in a line, before any schedule (default 0)", 0,
              kManySteps}
          .newer(),
      recipe.warmup_steps);
  row(Setting{"decay_at", "--decay-at,--decay_at",
              "steps at which --schedule step multiplies the learning rate (default: none)", 1, kManySteps}
          .newer(),
      recipe.decay_at);
  row(Setting{"decay_factor", "--decay-factor,--decay_factor",
              "factor of the learning rate at each step of --decay-at (default 0.1)", 0, 1e6}
          .newer(),
      recipe.decay_factor);
  row(Setting{"final_lr", "--final-lr,--final_lr",
              "learning rate at the end of --schedule cosine (default 0)", 0, 1e6}
          .newer(),
      recipe.final_lr);
  row(Setting{"clip_norm", "--clip-norm,--clip_norm",
              "greatest length of the combined direction, over all weights; 0: any (default 0)", 0, huge}
          .newer(),
      recipe.clip_norm);
  row(Setting{"clip_value", "--clip-value,--clip_value",
              "greatest size of a number of the combined direction; 0: any (default 0)", 0, huge}
          .newer(),
      recipe.clip_value);
  row(Setting{"early_stop", "--early-stop,--early_stop",
              "evaluations without a better held-out accuracy of the training domains that end the run; 0: "
              "never (default 0)",
              0, kManySteps}
          .newer(),
      recipe.early_stop);
  row(Setting{"class_weights", "--class-weights,--class_weights",
              "weights of the classes in the loss: balanced, or a number for each: 1,2.5 (default: all 1)"}
          .newer(),
      recipe.class_weights);
  row(Setting{"balanced", "--balanced", "draw every class of a domain equally often"}.newer(),
      recipe.balanced);
}

}  // namespace sand::experiments
