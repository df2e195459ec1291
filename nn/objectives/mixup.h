// Mixup across domains (Yan et al. 2020, arXiv 2001.00677; Zhang et al. 2018, arXiv 1710.09412): rows between
// the rows of two domains.
#pragma once

#include "autograd/ops/add.h"
#include "autograd/ops/scale.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"
#include "nn/mix.h"

namespace sand::nn {

/// In every step a random circle of the domains gives each domain e a successor s. Row e of the table belongs
/// to the inputs x = share x_e + (1 - share) x_s, with share ~ Beta(mixup_alpha, mixup_alpha) for each e, and
/// to the loss share L(x, y_e) + (1 - share) L(x, y_s). If s has fewer rows, the last rows of e are left out.
class Mixup final : public Objective {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "Mixup",
            .about = "rows between the rows of two domains",
            .formula = "mean_e [b L(x, y_e) + (1 - b) L(x, y_s)], x = b x_e + (1 - b) x_s, b ~ Beta(a, a)",
            .source = "Yan et al. 2020, arXiv 2001.00677",
            .fewest_domains = 2,
            .sees = "inputs",
            .only_for_classes = "it mixes the labels of classes",
            .hparams = {{"mixup_alpha", 0.2, HparamRule::Draw::power_of_10, -1, 1, "at least 0.001",
                         "a: near 0 hardly any row is mixed, far above 1 all are mixed half and half"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Mixup>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Mixup(const Hparams& h, std::unique_ptr<Objective> base)
      : base_(std::move(base)), alpha_(checked("Mixup", h, "mixup_alpha", 1e-3, 1e6)) {}

  int fewest_domains() const override { return 2; }
  bool change_batch(const Batch& drawn, std::uint64_t seed, Batch& mixed) const override {
    mix_domains(drawn, alpha_, Random(seed, kMixing, drawn.step), mixed);
    return true;
  }
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    if (targets.second_labels.empty()) return base_->loss(outputs, targets, rows_in_domain);
    const auto part = [&](const Targets& of, double share) {
      return scale(base_->loss(outputs, of, rows_in_domain), static_cast<Scalar>(share));
    };
    return add(part(Targets(targets.labels), targets.share),
               part(Targets(targets.second_labels), 1 - targets.share));
  }

 private:
  static constexpr std::uint32_t kMixing = 0x6d697875;  // "mixu"

  std::unique_ptr<Objective> base_;
  double alpha_;
};

}  // namespace sand::nn
