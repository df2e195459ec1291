// The algorithms by name: which combiner, with which hyper-parameters. One row of one table each.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/setup/hparams.h"
#include "optim/combiner.h"

namespace sand::experiments {

struct Algorithm {
  const char* name;                 ///< DomainBed's where DomainBed has it
  const char* rule;                 ///< what it does with the domains' gradients, in a phrase
  int fewest_domains;               ///< to train on
  std::vector<HparamRule> hparams;  ///< of its own, beyond those of every run
  /// Throws Error(usage) for settings under which nothing could be learned, unless `allow_closed`.
  std::unique_ptr<optim::Combiner> (*make)(const Hparams& hparams, bool allow_closed);
};

const std::vector<Algorithm>& algorithms();
std::vector<std::string> algorithm_names();

/// Puts a user's JSON over `hparams`, see override_hparams; says on stderr which of them `method` has no use for.
void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method);

/// Found whatever its case. Throws Error(usage) with a did-you-mean.
const Algorithm& algorithm(std::string_view name);

}  // namespace sand::experiments
