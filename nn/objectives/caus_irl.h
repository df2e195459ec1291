// Causality-based invariant representations (Chevalley et al. 2022, arXiv 2206.11646): the features of two
// random sets of rows should have the same distribution.
#pragma once

#include "nn/objectives/coral.h"
#include "nn/objectives/mmd.h"

namespace sand::nn {

/// objective = mean_e R_e + mmd_gamma * the distance of Moments between two sets that cut every domain at a
/// random row. 0 in place of the distance if a set has fewer than two rows.
class CausIrlCoral : public RandomHalvesDistance<Moments> {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return distance_card<CausIrlCoral>("CausIRL_CORAL",
                                       "CORAL between two sets that cut every domain at random",
                                       "mean_e R_e + mmd_gamma CORAL(first rows of all domains, other rows)",
                                       "Chevalley et al. 2022, arXiv 2206.11646");
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  CausIrlCoral(const Hparams& h, std::unique_ptr<Objective> base)
      : RandomHalvesDistance("CausIRL_CORAL", h, std::move(base)) {}
  const char* name() const override { return "CausIRL_CORAL"; }
};

/// The same with the distance of Samples.
class CausIrlMmd : public RandomHalvesDistance<Sample> {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return distance_card<CausIrlMmd>("CausIRL_MMD", "MMD between two sets that cut every domain at random",
                                     "mean_e R_e + mmd_gamma MMD(first rows of all domains, other rows)",
                                     "Chevalley et al. 2022, arXiv 2206.11646");
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  CausIrlMmd(const Hparams& h, std::unique_ptr<Objective> base)
      : RandomHalvesDistance("CausIRL_MMD", h, std::move(base)) {}
  const char* name() const override { return "CausIRL_MMD"; }
};

}  // namespace sand::nn
