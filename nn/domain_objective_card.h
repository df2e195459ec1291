// The card of an objective that is more than the domains' mean losses: the facts about it for the program and
// the documentation. Each such objective defines its own card.
#pragma once

#include <memory>
#include <vector>

#include "autograd/objective.h"
#include "tensor/hparams.h"

namespace sand::nn {

/// The facts about an objective over domains.
struct DomainObjectiveCard {
  const char* name;        ///< the name in DomainBed, if it has one there
  const char* about;       ///< its purpose, in a phrase
  const char* formula;     ///< of the objective, with the domains' mean losses R_e, logits x and features z
  const char* source;      ///< paper
  int fewest_domains = 1;  ///< needed for training
  const char* sees = "outputs";            ///< "inputs", "losses", "outputs", "features" or "gradients"
  const char* not_for_numbers = nullptr;   ///< why it cannot train on numbers to predict; null if it can
  const char* only_for_classes = nullptr;  ///< why not on labels and numbers; null if it can
  const char* optimizer = "";              ///< that moves the weights; "" leaves it to the user
  const char* learning_rate = "lr";        ///< the hyper-parameter with the learning rate of that optimizer
  std::vector<HparamRule> hparams = {};    ///< its own ones
  /// Throws Error(usage) for hyper-parameters out of range. `base` is the loss of a row.
  std::unique_ptr<Objective> (*make)(const Hparams& hparams, std::unique_ptr<Objective> base);
};

/// The cards of all such objectives. To add one, write a header in nn/objectives/, its test,
/// and a line in objectives.cpp.
const std::vector<DomainObjectiveCard>& domain_objectives();
/// Adds an objective of a user's program, at its start. Throws what Registry::add throws.
void add_domain_objective(DomainObjectiveCard card);

}  // namespace sand::nn
