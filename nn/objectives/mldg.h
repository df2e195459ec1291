// Meta-learning for domain generalization (Li et al. 2018, arXiv 1710.03463), first-order as in DomainBed: a
// step for one domain should help another one.
#pragma once

#include "autograd/several_passes.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// In every step, a random order of the domains ends with n_meta_test domains to test on; the others train. A
/// training domain i is paired with the next test domain j, in turn. Its weights w_i are those after the
/// first step that Adam makes from w along g_i(w), with learning rate and coupled weight decay of the run.
/// The pair adds g_i(w) to row i and mldg_beta g_j(w_i) to row j; both use as many rows as the smaller domain
/// has. No second derivatives. A test domain without a pair has a row of zeros, and its loss at w.
///
/// DomainBed's default n_meta_test = 2 leaves nothing to train on where there are two training domains, as in
/// its ColoredMNIST: it then never moves a weight. Here that is refused.
class Mldg final : public SeveralPasses {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "MLDG",
            .about = "a step for one domain should help another one",
            .formula = "sum_i [R_i(w) + b R_j(w_i)] / E, w_i = w after a step of Adam along g_i",
            .source = "Li et al. 2018, arXiv 1710.03463",
            .fewest_domains = 2,
            .sees = "gradients",
            .hparams = {{"mldg_beta", 1, HparamRule::Draw::power_of_10, -1, 1, "at least 0",
                         "weight b of the domains to test on"},
                        {.name = "n_meta_test",
                         .standard = 2,
                         .draw = HparamRule::Draw::choice,
                         .low = 1,
                         .high = 2,
                         .range = "a whole number, at least 1 and below the number of training domains",
                         .meaning = "number of domains to test on in every step",
                         .choices = {1, 2}}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Mldg>(h, std::move(base));
            }};
  }
  /// Uses `lr` and `weight_decay` of the run, too.
  Mldg(const Hparams& h, std::unique_ptr<Objective> base);
  const char* name() const override { return "MLDG"; }
  int fewest_domains() const override { return tests_ + 1; }
  void fill(GradientTable& table, GradientsAt& gradients, const Moment& at) const override;

 private:
  double beta_, rate_, decay_;
  int tests_;
};

}  // namespace sand::nn
