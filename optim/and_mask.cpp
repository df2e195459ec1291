#include "optim/and_mask.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "optim/any_order.h"
#include "optim/option.h"
#include "tensor/digits.h"
#include "tensor/elementary.h"

namespace sand::optim {
namespace {

double checked(const char* method, double tau) {
  Option{method, "tau", tau}.must(tau >= 0 && tau <= 1, "in [0, 1]",
                                  "tau is compared with the agreement of the domains, 0 (none) to 1 (all)");
  return tau;
}

void unanimity(const Agreement& agreement, double tau, std::span<Scalar> mask, Terms* terms) {
  for (int j = 0; j < agreement.columns(); ++j)
    mask[j] = agreement.agreement(j) >= tau ? Scalar{1} : Scalar{0};
  if (!terms) return;
  terms->setting("tau", tau);
  terms->add_scalar("mask", "m", mask[0], "1 where s >= tau, else 0");
}

std::string note_on_unanimity(const std::string& method, const std::string& comes_to, double tau,
                              int domains) {
  const std::string with_tau = method + " with tau " + shortest(tau);
  if (domains > 1 && tau <= (domains % 2 == 1 ? 1.0 / domains : 0))
    return with_tau + " masks nothing on " + std::to_string(domains) +
           " domains: " + least_agreement(domains) + comes_to + ". A larger tau masks.";
  if (domains == 2 && tau > 0.5)
    return with_tau +
           " on 2 domains is the same mask as with any other tau from 0.5 to 1: a weight opens where both "
           "gradients have " +
           "one sign.";
  return "";
}

const std::vector<HparamRule> kHparams = {
    {"tau", 1, HparamRule::Draw::uniform, 0.5, 1, "[0, 1]", "agreement s that opens a weight"},
    {"rescale", 1, HparamRule::Draw::fixed, 0, 0, "0 or 1",
     "divide each parameter tensor by the mean of its mask"}};

AndMaskOptions options_of(const Hparams& h) { return {.tau = h.at("tau"), .rescale = h.at("rescale") != 0}; }

}  // namespace

AndMask::AndMask(const AndMaskOptions& options)
    : ByColumn(2, options.rescale), tau_(checked("ANDMask", options.tau)) {}

CombinerCard AndMask::card() {
  return {
      .name = "ANDMask",
      .about = "the mean, where at least a share tau of the domains agrees on the sign",
      .formula = "d = m gbar, m = 1 where s >= tau, else 0",
      .source = "Parascandolo et al. 2020, arXiv 2009.00329",
      .fewest_domains = 2,
      .closes_weights = true,
      .hparams = kHparams,
      .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
        return std::make_unique<AndMask>(options_of(h));
      },
      .note = [](const Hparams& h,
                 int domains) { return note_on_unanimity("ANDMask", "it is ERM", h.at("tau"), domains); }};
}

void AndMask::open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const {
  unanimity(agreement, tau_, mask, terms);
}

GeometricMean::GeometricMean(const AndMaskOptions& options)
    : ByColumn(2, options.rescale), tau_(checked("GeometricMean", options.tau)) {}

CombinerCard GeometricMean::card() {
  return {.name = "GeometricMean",
          .about = "the geometric mean of the magnitudes, where the AND-mask is open",
          .formula = "d = m sign(gbar) exp(sum_e ln(abs(g_e) + 1e-10) / E), m = 1 where s >= tau, else 0",
          .source = "Parascandolo et al. 2020, arXiv 2009.00329",
          .fewest_domains = 2,
          .closes_weights = true,
          .hparams = kHparams,
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<GeometricMean>(options_of(h));
          },
          .note =
              [](const Hparams& h, int domains) {
                return note_on_unanimity("GeometricMean", "every weight takes the geometric mean",
                                         h.at("tau"), domains);
              }};
}

void GeometricMean::open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const {
  unanimity(agreement, tau_, mask, terms);
}

void GeometricMean::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  constexpr double kLargestLog =
      std::numeric_limits<Scalar>::max_exponent;  // ln of any Scalar is below its exponent
  const double step = grid(kLargestLog, agreement.domains());
  const int n = agreement.columns();
  std::array<double, Agreement::kColumns> logs{};
  for (int e = 0; e < agreement.domains(); ++e) {
    const Scalar* g = agreement.row(e);
    for (int j = 0; j < n; ++j)
      logs[j] += on_grid(sand::log(std::fabs(static_cast<double>(g[j])) + 1e-10), step);
  }
  for (int j = 0; j < n; ++j) {
    const double mean = agreement.mean(j);
    const double magnitude = sand::exp(logs[j] / agreement.domains());
    values[j] = static_cast<Scalar>(mean == 0 ? 0.0 : std::copysign(magnitude, mean));
  }
  if (!terms) return;
  terms->add("mean_log", "l", logs[0] / agreement.domains(), "sum_e ln(|g_e| + 1e-10) / E");
  terms->add_scalar("average", "a", values[0], "sign(gbar) e^l");
}

}  // namespace sand::optim
