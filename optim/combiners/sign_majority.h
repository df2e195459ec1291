// The sign that most domains vote for (Bernstein et al. 2018, arXiv 1802.04434, signSGD with majority vote).
#pragma once

#include <cmath>
#include <limits>

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// direction = sign(n_plus - n_minus), which is 0 for a tie. An exact zero does not vote.
class SignMajority : public ByColumn {
 public:
  /// For the program's lists.
  static CombinerCard card() {
    return {.name = "SignMajority",
            .about = "the sign that most domains vote for",
            .formula = "d = sign(n_plus - n_minus)",
            .source = "Bernstein et al. 2018, arXiv 1802.04434",
            .fewest_domains = 1,
            .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> {
              return std::make_unique<SignMajority>();
            }};
  }
  SignMajority() : ByColumn(1, Mask::none) {}
  const char* name() const override { return "SignMajority"; }

 private:
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override {
    for (int j = 0; j < agreement.columns(); ++j) {
      const int balance = agreement.balance(j);
      values[j] = std::isfinite(agreement.mean(j)) ? static_cast<Scalar>((balance > 0) - (balance < 0))
                                                   : std::numeric_limits<Scalar>::quiet_NaN();
    }
    if (terms) terms->add_scalar("average", "a", values[0], "sign(n_plus - n_minus)");
  }
};

}  // namespace sand::optim
