#include "nn/objectives.h"

#include <algorithm>

#include "tensor/names.h"

namespace sand::nn {

const std::vector<ObjectiveCard>& objectives() {
  static const std::vector<ObjectiveCard> cards = {CrossEntropy::card(), BinaryCrossEntropy::card(),
                                                   SquaredError::card()};
  return cards;
}

const ObjectiveCard& objective_named(std::string_view name) {
  std::vector<std::string> names;
  for (const ObjectiveCard& card : objectives()) names.emplace_back(card.name);
  const std::string found = find_name("objective", name, names);
  return *std::find_if(objectives().begin(), objectives().end(),
                       [&](const ObjectiveCard& card) { return card.name == found; });
}

}  // namespace sand::nn
