#include "optim/combiners/and_mask.h"

#include "optim/option.h"
#include "tensor/digits.h"

namespace sand::optim {

AndMask::AndMask(const char* method, const AndMaskOptions& options)
    : ByColumn(2, options.rescale ? Mask::rescaled : Mask::plain), tau_(options.tau) {
  Option{method, "tau", tau_}.must(tau_ >= 0 && tau_ <= 1, "in [0, 1]",
                                   "tau is compared with the agreement of the domains, 0 (none) to 1 (all)");
}

AndMask::AndMask(const AndMaskOptions& options) : AndMask("ANDMask", options) {}

std::string AndMask::note_on_tau(const char* method, const char* comes_to, const Hparams& hparams,
                                 int domains) {
  const double tau = hparams.at("tau");
  const std::string with_tau = std::string(method) + " with tau " + shortest(tau);
  if (domains > 1 && tau <= (domains % 2 == 1 ? 1.0 / domains : 0))
    return with_tau + " masks nothing on " + std::to_string(domains) +
           " domains: " + least_agreement(domains) + comes_to + ". A larger tau masks.";
  if (domains == 2 && tau > 0.5)
    return with_tau +
           " on 2 domains is the same mask as with any other tau from 0.5 to 1: a weight opens where both "
           "gradients have one sign.";
  return "";
}

std::vector<HparamRule> AndMask::hparams() {
  return {{"tau", 1, HparamRule::Draw::uniform, 0.5, 1, "[0, 1]", "agreement s that opens a weight"},
          {"rescale", 1, HparamRule::Draw::fixed, 0, 0, "0 or 1",
           "divide each parameter tensor by the mean of its mask"}};
}

AndMaskOptions AndMask::options_of(const Hparams& hparams) {
  return {.tau = hparams.at("tau"), .rescale = hparams.at("rescale") != 0};
}

CombinerCard AndMask::card() {
  return {
      .name = "ANDMask",
      .about = "the mean, where at least a share tau of the domains agrees on the sign",
      .formula = "d = m gbar, m = 1 where s >= tau, else 0",
      .source = "Parascandolo et al. 2020, arXiv 2009.00329",
      .fewest_domains = 2,
      .has_mask = true,
      .hparams = hparams(),
      .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
        return std::make_unique<AndMask>(options_of(h));
      },
      .note = [](const Hparams& h, int domains) { return note_on_tau("ANDMask", "it is ERM", h, domains); }};
}

void AndMask::open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const {
  for (int j = 0; j < agreement.columns(); ++j) mask[j] = opens(agreement, j) ? Scalar{1} : Scalar{0};
  if (!terms) return;
  terms->setting("tau", tau_);
  terms->add_scalar("mask", "m", mask[0], "1 where s >= tau, else 0");
}

}  // namespace sand::optim
