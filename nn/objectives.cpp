#include "nn/objectives.h"

#include <algorithm>

#include "tensor/names.h"
#include "tensor/registry.h"

namespace sand::nn {

const std::vector<ObjectiveCard>& objectives() {
  static const std::vector<ObjectiveCard> cards = {CrossEntropy::card(), BinaryCrossEntropy::card(),
                                                   SquaredError::card(), MultiLabelCrossEntropy::card()};
  return cards;
}

namespace {

Registry<DomainObjectiveCard>& registry() {
  static Registry<DomainObjectiveCard> cards(
      "objective", {Irm::card(), Vrex::card(), GroupDro::card(), Sd::card(), IbErm::card(), IbIrm::card(),
                    Coral::card(), Mmd::card(), CausIrlCoral::card(), CausIrlMmd::card(), Rdm::card(),
                    Eqrm::card(), Fishr::card(), Mixup::card(), Iga::card(), Mldg::card(), Fish::card()});
  return cards;
}

}  // namespace

const std::vector<DomainObjectiveCard>& domain_objectives() { return registry().rows(); }
void add_domain_objective(DomainObjectiveCard card) { registry().add(std::move(card)); }

const ObjectiveCard& objective_named(std::string_view name) {
  std::vector<std::string> names;
  for (const ObjectiveCard& card : objectives()) names.emplace_back(card.name);
  const std::string found = find_name("objective", name, names);
  return *std::find_if(objectives().begin(), objectives().end(),
                       [&](const ObjectiveCard& card) { return card.name == found; });
}

}  // namespace sand::nn
