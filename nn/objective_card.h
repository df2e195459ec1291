// The card of an objective: the facts about a loss for the program and the documentation. Each loss defines
// its own card.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "autograd/objective.h"
#include "tensor/hparams.h"

namespace sand::nn {

struct ObjectiveCard {
  const char* name;
  const char* about;    ///< its purpose, in a phrase
  const char* formula;  ///< of the loss L_e of a domain with outputs x
  const char* source;
  int fewest_domains;             ///< needed for training
  const char* predicts;           ///< "classes", "numbers" or "labels"
  Index (*outputs)(Index count);  ///< outputs needed for this number of them; 0 if unsupported
  std::vector<HparamRule> hparams;
  std::unique_ptr<Objective> (*make)(const Hparams& hparams);
};

/// The cards of all objectives. To add one, write a header in nn/objectives/, its test, and a line in
/// objectives.cpp.
const std::vector<ObjectiveCard>& objectives();

/// Finds a card by name, ignoring case. Throws Error(usage) with the nearest name as a hint.
const ObjectiveCard& objective_named(std::string_view name);

}  // namespace sand::nn
