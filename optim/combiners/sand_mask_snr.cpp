#include "optim/combiners/sand_mask_snr.h"

#include <algorithm>
#include <array>
#include <limits>

namespace sand::optim {

CombinerCard SandMaskSnr::card() {
  CombinerCard card = SandMask::card();
  card.name = "SANDMaskSNR";
  card.about = "SANDMask with a ratio of signal to noise, which has no unit";
  card.formula = "d = m gbar, m = max(0, tanh(k (s - tau) gbar^2 / var))";
  card.source = "ours; after Shahtalebi et al. 2021, arXiv 2106.02266";
  card.hparams[0].domainbed = card.hparams[0].standard;  // it is not in DomainBed
  card.hparams[1] = {"k", 10, HparamRule::Draw::power_of_10, -1, 3, "above 0", "how steeply it opens"};
  card.make = [](const Hparams& h, bool allow_closed) -> std::unique_ptr<Combiner> {
    return std::make_unique<SandMaskSnr>(options_of(h, allow_closed));
  };
  card.note = [](const Hparams& h, int domains) { return note_on_tau("SANDMaskSNR", h, domains); };
  return card;
}

void SandMaskSnr::open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const {
  constexpr double kTiny = std::numeric_limits<double>::min();  // for 0 / 0
  const int n = agreement.columns();
  const bool alone = agreement.domains() == 1;  // then the variance is NaN
  std::array<double, Agreement::kColumns> x;
  agreement.measure_variance();
  const auto ratio = [&](int j) {
    const double mean = agreement.mean(j), variance = alone ? 0.0 : agreement.variance(j);
    return mean * mean / (variance + kTiny);
  };
  for (int j = 0; j < n; ++j) x[j] = k() * (agreement.agreement(j) - tau()) * ratio(j);
  const double argument = x[0];
  open_by_tanh({x.data(), mask.size()}, mask);
  if (!terms) return;
  terms->setting("tau", tau());
  terms->setting("k", k());
  terms->add("ratio", "r", ratio(0), "gbar^2 / var");
  terms->add("argument", "x", argument, "k (s - tau) r");
  terms->add_scalar("mask", "m", mask[0], "max(0, tanh(x))");
}

}  // namespace sand::optim
