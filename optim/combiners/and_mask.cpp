#include "optim/combiners/and_mask.h"

#include <algorithm>
#include <cmath>

#include "optim/any_order.h"
#include "optim/option.h"
#include "tensor/digits.h"
#include "tensor/sum.h"

namespace sand::optim {
namespace {

constexpr const char* kUnitMatrices = "unit_matrices";

}  // namespace

AndMask::AndMask(const char* method, const AndMaskOptions& options)
    : ByColumn(2, options.rescale ? Mask::rescaled : Mask::plain),
      tau_(options.tau),
      unit_matrices_(options.unit_matrices) {
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
           "divide each parameter tensor by the mean of its mask"},
          {.name = kUnitMatrices,
           .standard = 0,
           .draw = HparamRule::Draw::fixed,
           .low = 0,
           .high = 0,
           .range = "0 or 1",
           .meaning = "divide a domain's gradient of each matrix of weights by its length",
           .newer = true}};
}

AndMaskOptions AndMask::options_of(const Hparams& hparams) {
  return {.tau = hparams.at("tau"),
          .rescale = hparams.at("rescale") != 0,
          .unit_matrices = number_or(hparams, kUnitMatrices, 0) != 0};
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

void AndMask::prepare(const GradientTable& table, const Threads& threads) {
  if (!unit_matrices_) return;
  const auto domains = static_cast<std::size_t>(table.domains());
  lengths_.assign(table.slots().size() * domains, 1.0);
  threads.run(static_cast<int>(lengths_.size()), [&](int task, int) {
    const auto at = static_cast<std::size_t>(task);
    const Slot& slot = table.slots()[at / domains];
    if (slot.shape.rank() < 2) return;
    const std::span<const Scalar> g = table.gradient(static_cast<int>(at % domains), slot).numbers();
    lengths_[at] = std::sqrt(sum_terms(slot.shape.size(), [&](Index j) {
      const double number = static_cast<double>(g[static_cast<std::size_t>(j)]);
      return number * number;
    }));
  });
}

void AndMask::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  if (!unit_matrices_) return ByColumn::average(agreement, values, terms);
  const std::vector<Slot>& slots = agreement.table().slots();
  const auto after = std::find_if(slots.begin(), slots.end(),
                                  [&](const Slot& slot) { return slot.offset > agreement.first(); });
  const auto domains = static_cast<std::size_t>(agreement.domains());
  const double* const lengths = &lengths_[static_cast<std::size_t>(after - slots.begin() - 1) * domains];
  const auto unit = [&](std::size_t e, int j) {
    const double g = static_cast<double>(agreement.row(static_cast<int>(e))[j]);
    return lengths[e] == 0 ? g : g / lengths[e];
  };
  for (int j = 0; j < agreement.columns(); ++j) {
    double largest = 0, total = 0;
    for (std::size_t e = 0; e < domains; ++e) largest = std::fmax(largest, std::fabs(unit(e, j)));
    const double step = grid(largest, agreement.domains());  // any order of the domains has the same sum
    for (std::size_t e = 0; e < domains; ++e) total += on_grid(unit(e, j), step);
    values[j] = static_cast<Scalar>(total / agreement.domains());
  }
  if (!terms) return;
  for (std::size_t e = 0; e < domains; ++e) {
    const std::string number = std::to_string(e);
    terms->add(("length_" + number).c_str(), "L" + number, lengths[e],
               "length of the gradient of training domain " + number + " in this tensor; 1 for a bias");
  }
  terms->add_scalar("average", "a", values[0], "mean of g_e / L_e, rounded to a weight's precision");
}

}  // namespace sand::optim
