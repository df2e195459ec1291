#include "optim/combiners/geometric_mean.h"

#include <array>
#include <cmath>
#include <limits>

#include "optim/any_order.h"
#include "tensor/elementary.h"

namespace sand::optim {

CombinerCard GeometricMean::card() {
  CombinerCard card = AndMask::card();
  card.name = "GeometricMean";
  card.about = "the geometric mean of the magnitudes, where the AND-mask is open";
  card.formula = "d = m sign(gbar) exp(sum_e ln(abs(g_e) + 1e-10) / E), m = 1 where s >= tau, else 0";
  card.hparams.pop_back();  // it takes no mean that lengths would change
  card.make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
    return std::make_unique<GeometricMean>(options_of(h));
  };
  card.note = [](const Hparams& h, int domains) {
    return note_on_tau("GeometricMean", "every weight takes the geometric mean", h, domains);
  };
  return card;
}

void GeometricMean::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  constexpr double kLargestLog =
      std::numeric_limits<Scalar>::max_exponent;  // ln of any Scalar is below its exponent
  const double step = grid(kLargestLog, agreement.domains());
  // The logarithms take most of the time, and closed columns need none: theirs is the mean, times m = 0.
  std::array<int, Agreement::kColumns> open;
  std::size_t n = 0;
  for (int j = 0; j < agreement.columns(); ++j) {
    values[j] = static_cast<Scalar>(agreement.mean(j));
    open[n] = j;
    n += terms || opens(agreement, j);
  }
  std::array<double, Agreement::kColumns> sizes, logs{};
  for (int e = 0; e < agreement.domains(); ++e) {
    const Scalar* g = agreement.row(e);
    for (std::size_t i = 0; i < n; ++i) sizes[i] = std::fabs(static_cast<double>(g[open[i]]));
    for (std::size_t i = 0; i < n; ++i) logs[i] += on_grid(sand::log(sizes[i] + 1e-10), step);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double mean = agreement.mean(open[i]);
    const double magnitude = sand::exp(logs[i] / agreement.domains());
    values[open[i]] = static_cast<Scalar>(mean == 0 ? 0.0 : std::copysign(magnitude, mean));
  }
  if (!terms) return;
  terms->add("mean_log", "l", logs[0] / agreement.domains(), "sum_e ln(|g_e| + 1e-10) / E");
  terms->add_scalar("average", "a", values[0], "sign(gbar) e^l");
}

}  // namespace sand::optim
