// Keeps the sum of the gradients where all domains agree on the sign (Mansilla et al. 2021, arXiv
// 2108.01621).
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// m = 1 where the gradients of all domains have one sign, else 0; direction = m * sum_e g_e. An exact zero
/// has no sign. Needs two domains.
class AgrSum : public ByColumn {
 public:
  /// For the program's lists.
  static CombinerCard card() {
    return {
        .name = "AgrSum",
        .about = "the sum, where all domains agree on the sign",
        .formula = "d = m sum_e g_e, m = 1 where s = 1, else 0",
        .source = "Mansilla et al. 2021, arXiv 2108.01621",
        .has_mask = true,
        .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> { return std::make_unique<AgrSum>(); }};
  }
  AgrSum() : ByColumn(2, Mask::plain) {}
  const char* name() const override { return "AgrSum"; }

 private:
  void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const override {
    for (int j = 0; j < agreement.columns(); ++j) mask[j] = agreement.unanimous(j) ? Scalar{1} : Scalar{0};
    if (terms) terms->add_scalar("mask", "m", mask[0], "1 where s = 1, else 0");
  }
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override {
    for (int j = 0; j < agreement.columns(); ++j)
      values[j] = static_cast<Scalar>(agreement.mean(j) * agreement.domains());
    if (terms) terms->add_scalar("average", "a", values[0], "gbar E");
  }
};

}  // namespace sand::optim
