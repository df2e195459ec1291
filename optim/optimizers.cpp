#include <algorithm>
#include <set>

#include "optim/optimizers/adam.h"
#include "optim/optimizers/optimizer_card.h"
#include "optim/optimizers/sgd.h"
#include "tensor/names.h"

namespace sand::optim {

const std::vector<OptimizerCard>& optimizers() {
  static const std::vector<OptimizerCard> cards = {Adam::card(), Adam::decoupled_card(), Sgd::card(),
                                                   Sgd::momentum_card(), Sgd::nesterov_card()};
  return cards;
}

std::vector<std::string> optimizer_names() {
  std::vector<std::string> names;
  for (const OptimizerCard& card : optimizers()) names.emplace_back(card.name);
  return names;
}

const OptimizerCard& optimizer_named(std::string_view name) {
  const std::string found = find_name("optimizer", name, optimizer_names());
  return *std::find_if(optimizers().begin(), optimizers().end(),
                       [&](const OptimizerCard& card) { return card.name == found; });
}

bool is_state_of_optimizer(std::string_view tensor) {
  static const std::set<std::string> keys = [] {
    std::set<std::string> found;
    for (const OptimizerCard& card : optimizers())
      found.insert(std::string(card.make(Parameters(), {}, {})->key()) + "_");
    return found;
  }();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return tensor.substr(0, key.size()) == key; });
}

}  // namespace sand::optim
