// The card of a combiner: the facts about a method for the program, its help and the documentation. Each
// method defines its own card.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "optim/combiner.h"
#include "tensor/hparams.h"

namespace sand::optim {

/// What lists, help and explanations say about a combiner.
struct CombinerCard {
  const char* name;                      ///< the name in DomainBed, if it has one there
  const char* about;                     ///< its use of the domains' gradients, in a phrase
  const char* formula;                   ///< of the direction d, with the mask m or the weights w of the rows
  const char* source;                    ///< paper, with its arXiv number
  int fewest_domains = 2;                ///< needed for training
  const char* sees = "columns";          ///< "columns", "Gram matrix", "losses" or "nothing"
  bool has_mask = false;                 ///< whether its direction comes with a mask
  std::vector<HparamRule> hparams = {};  ///< in the order of lists
  /// Throws Error(usage) for settings under which nothing trains, unless `allow_closed`.
  std::unique_ptr<Combiner> (*make)(const Hparams& hparams, bool allow_closed);
  /// A note for a mask that is 1 in nearly every weight it opens: the effect, and what to do. "" if the
  /// method is meant to have such a mask.
  const char* when_saturated = "";
  /// A note for settings whose effect differs from the method's name on this number of training domains; ""
  /// for all other settings.
  std::string (*note)(const Hparams& hparams, int domains) = [](const Hparams&, int) {
    return std::string();
  };
};

/// The cards of all combiners. To add one, write its header, its test, and a line in combiners.cpp.
const std::vector<CombinerCard>& combiners();
/// Adds a combiner of a user's program, at its start. Throws what Registry::add throws.
void add_combiner(CombinerCard card);

}  // namespace sand::optim
