// The card of an objective: what the program and the documentation know of a loss. It stands on the loss's
// page.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "autograd/objective.h"
#include "tensor/hparams.h"

namespace sand::nn {

struct ObjectiveCard {
  const char* name;
  const char* about;    ///< what it is for, in a phrase
  const char* formula;  ///< of the loss L_e of a domain with outputs x
  const char* source;
  int fewest_domains;               ///< to train on
  Index (*outputs)(Index classes);  ///< of a network that tells so many classes apart; 0 if this loss cannot
  std::vector<HparamRule> hparams;
  std::unique_ptr<Objective> (*make)(const Hparams& hparams);
};

/// The cards of all objectives. A new one is a page in nn/objectives/, its test, and a line of
/// objectives.cpp.
const std::vector<ObjectiveCard>& objectives();

/// Found whatever its case. Throws Error(usage) with a did-you-mean.
const ObjectiveCard& objective_named(std::string_view name);

}  // namespace sand::nn
