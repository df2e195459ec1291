#include "optim/combiners/agr_rand.h"

#include <cmath>

#include "optim/draws.h"
#include "optim/option.h"
#include "tensor/normal.h"

namespace sand::optim {

CombinerCard AgrRand::card() {
  return {.name = "AgrRand",
          .about = "the sum, where all domains agree on the sign; random numbers elsewhere",
          .formula = "d = sum_e g_e where s = 1, else scale z, z ~ N(0, 1)",
          .source = "Mansilla et al. 2021, arXiv 2108.01621",
          .hparams = {{"scale", 1e-4, HparamRule::Draw::power_of_10, -6, -2, "at least 0",
                       "standard deviation where the domains disagree"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<AgrRand>(AgrRandOptions{.scale = h.at("scale")});
          }};
}

AgrRand::AgrRand(const AgrRandOptions& options) : ByColumn(2, Mask::none), scale_(options.scale) {
  Option{"AgrRand", "scale", scale_}.must(scale_ >= 0 && std::isfinite(scale_),
                                          "a finite number of at least 0");
}

void AgrRand::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  NumberByColumn normal;
  normal_by_column(agreement, kStream, normal);
  for (int j = 0; j < agreement.columns(); ++j) {
    const double sum = agreement.mean(j) * agreement.domains();
    // NaN and infinity have to pass, whatever the signs are
    const bool keeps = agreement.unanimous(j) || !std::isfinite(sum);
    values[j] = static_cast<Scalar>(keeps ? sum : scale_ * normal[static_cast<std::size_t>(j)]);
  }
  if (!terms) return;
  const bool keeps = agreement.unanimous(0) || !std::isfinite(agreement.mean(0));
  terms->setting("scale", scale_);
  terms->add("normal", "z", normal[0], "a random number from N(0, 1)");
  terms->add_scalar("average", "a", values[0], keeps ? "gbar E, since s = 1" : "scale z, since s < 1");
}

}  // namespace sand::optim
