// The algorithms by name: an objective over domains, or none, and a combiner of the gradients that it gives.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/setup/hparams.h"
#include "nn/domain_objective_card.h"
#include "optim/card.h"

namespace sand::experiments {

struct Settings;

struct Algorithm {
  std::string name;                          ///< "SANDMask", "IRM", "IRM with SANDMask"
  const nn::DomainObjectiveCard* objective;  ///< null: each domain's mean loss on its own
  const optim::CombinerCard* combiner;
  std::vector<HparamRule> hparams;  ///< of both
  /// The optimizer that the method asks for in place of the user's, by its name; "": the user's.
  const char* optimizer = "";
  const char* learning_rate = "lr";  ///< the hyper-parameter with the learning rate of that optimizer

  Algorithm(std::string of_name, const nn::DomainObjectiveCard* sees, const optim::CombinerCard* combines);
  const char* about() const { return objective ? objective->about : combiner->about; }
  const char* formula() const { return objective ? objective->formula : combiner->formula; }
  const char* source() const { return objective ? objective->source : combiner->source; }
  /// What of the domains it looks at: "columns", "Gram matrix", "losses", "outputs", "features" or "nothing".
  const char* sees() const { return objective ? objective->sees : combiner->sees; }
  int fewest_domains() const;
  bool weighs_rows() const { return std::string_view(combiner->sees) != "columns"; }

  std::unique_ptr<optim::Combiner> make_combiner(const Hparams& values, bool allow_closed) const {
    return combiner->make(values, allow_closed);
  }
  /// `base` is the loss of a row.
  std::unique_ptr<Objective> make_objective(const Hparams& values, std::unique_ptr<Objective> base) const;
};

/// Every combiner with the domains' mean losses, then every objective over domains with the mean of its
/// gradients.
const std::vector<Algorithm>& algorithms();
std::vector<std::string> algorithm_names();
std::vector<std::string> combiner_names();
/// Ignores case; ERM is Mean. Throws Error(usage) with a suggestion.
const optim::CombinerCard& combiner_named(std::string_view name);

/// Replaces values of `hparams` by a user's JSON, see override_hparams. Names on stderr those that neither
/// `method` nor the optimizer uses.
void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method);

/// Ignores case. With the name of a combiner, the algorithm's objective with that combiner. Throws
/// Error(usage) with a suggestion; for an algorithm of DomainBed that is left out with the reason.
const Algorithm& algorithm(std::string_view name, std::string_view combiner = "");
const Algorithm& algorithm(const Settings& settings);

/// DomainBed's algorithms that are left out, each with the reason.
struct LeftOut {
  std::vector<const char*> names;
  const char* reason;
};
const std::vector<LeftOut>& left_out();

}  // namespace sand::experiments
