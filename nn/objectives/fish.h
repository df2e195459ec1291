// Fish (Shi et al. 2021, arXiv 2104.09937): steps for one domain after the other, so that their gradients
// align.
#pragma once

#include "autograd/several_passes.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// A copy of the weights, v_0 = w, makes one step of Adam for every domain, in their order: v_e+1 = v_e moved
/// along g_e(v_e), with learning rate and coupled weight decay of the run. This Adam's moments are carried
/// from step to step. Row e is E (v_e - v_e+1), so the mean of the rows is w - v_E. The network then moves by
/// plain gradient descent with the learning rate meta_lr: w + meta_lr (v_E - w). The loss of a domain is that
/// at v_e.
class Fish final : public SeveralPasses {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "Fish",
            .about = "steps for one domain after the other, so that their gradients align",
            .formula = "w + meta_lr (v - w), v = w after a step of Adam along each g_e in turn",
            .source = "Shi et al. 2021, arXiv 2104.09937",
            .sees = "gradients",
            .optimizer = "sgd",
            .learning_rate = "meta_lr",
            .hparams = {{.name = "meta_lr",
                         .standard = 0.5,
                         .draw = HparamRule::Draw::choice,
                         .low = 0,
                         .high = 0.5,
                         .range = "at least 0",
                         .meaning = "share of the way to the inner steps' end",
                         .choices = {0.05, 0.1, 0.5}}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Fish>(h, std::move(base));
            }};
  }
  /// Uses `lr` and `weight_decay` of the run, too.
  Fish(const Hparams& h, std::unique_ptr<Objective> base)
      : SeveralPasses(std::move(base)),
        rate_(checked("Fish", h, "lr")),
        decay_(checked("Fish", h, "weight_decay")) {
    checked("Fish", h, "meta_lr");
  }
  const char* name() const override { return "Fish"; }
  /// 0: the inner steps have their own.
  double weight_decay(double, std::uint32_t) const override { return 0; }
  void fill(GradientTable& table, GradientsAt& gradients, const Moment& at) const override;

 private:
  double rate_, decay_;
};

}  // namespace sand::nn
