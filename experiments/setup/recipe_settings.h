// The settings of a recipe: rows of settings_table.h.
#pragma once

#include "experiments/setup/recipe.h"
#include "experiments/setup/setting.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/names.h"

namespace sand::experiments {

/// `recipe` is Recipe.
template <class Recipe, class Row>
void visit_recipe_settings(Recipe& recipe, const Row& row) {
  row(Setting{"optimizer", "--optimizer",
              "how a direction moves the weights: " + either(optim::optimizer_names()) + " (default adam)"}
          .newer(),
      recipe.optimizer);
}

}  // namespace sand::experiments
