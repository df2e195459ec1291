// The card of an optimizer: the facts about it for the program, its help and the documentation. Each
// optimizer defines its own card.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "optim/optimizers/optimizer.h"
#include "tensor/hparams.h"

namespace sand::optim {

/// What every optimizer has.
struct OptimizerOptions {
  double learning_rate = 1e-3;
  double weight_decay = 0;
  WeightDecay decay = WeightDecay::coupled;
  /// A weight with mask 0 does not move at all, but its state is updated. Without a mask, all weights move.
  bool mask_update = false;
};

struct OptimizerCard {
  const char* name;     ///< for --optimizer: "adamw"
  const char* about;    ///< in a phrase
  const char* formula;  ///< of the new weight w, with the direction d
  const char* source;
  double learning_rate = 0;  ///< default of the hyper-parameter lr; 0: the protocol's
  std::vector<HparamRule> hparams = {};
  /// A hyper-parameter that is missing has its default. Throws Error(usage) for numbers out of range.
  std::unique_ptr<Optimizer> (*make)(const Parameters& parameters, const Hparams& hparams,
                                     const OptimizerOptions& options);
};

/// The cards of all optimizers. To add one, write its header, its test, and a line in optimizers.cpp.
const std::vector<OptimizerCard>& optimizers();
std::vector<std::string> optimizer_names();

/// Ignores case. Throws Error(usage) with a suggestion.
const OptimizerCard& optimizer_named(std::string_view name);

/// Whether a tensor of a file belongs to the state of any optimizer, by its name: "adam_m.linear0.bias".
bool is_state_of_optimizer(std::string_view tensor);

}  // namespace sand::optim
