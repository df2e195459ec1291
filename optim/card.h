// The card of a combiner: what the program, its help and the documentation know of a method. It stands on the
// method's page.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "optim/combiner.h"
#include "tensor/hparams.h"

namespace sand::optim {

struct CombinerCard {
  const char* name;     ///< DomainBed's where DomainBed has it
  const char* about;    ///< what it does with the domains' gradients, in a phrase
  const char* formula;  ///< of the direction d and the mask m of a weight
  const char* source;
  int fewest_domains;   ///< to train on
  bool closes_weights;  ///< whether m may be below 1
  std::vector<HparamRule> hparams;
  /// Throws Error(usage) for settings under which nothing could be learned, unless `allow_closed`.
  std::unique_ptr<Combiner> (*make)(const Hparams& hparams, bool allow_closed);
  /// What a mask comes to that is 1 in nearly every weight that it opens, and what to do; "" where that is
  /// its nature.
  const char* when_saturated = "";
  /// What settings come to that mean something else than the method's name says, on this number of training
  /// domains; "" for all others.
  std::string (*note)(const Hparams& hparams, int domains) = [](const Hparams&, int) {
    return std::string();
  };
};

/// The cards of all combiners. A new one is a page, its test, and a line of combiners.cpp.
const std::vector<CombinerCard>& combiners();

}  // namespace sand::optim
