#include "optim/combiners/sand_mask.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "optim/option.h"
#include "tensor/digits.h"
#include "tensor/elementary.h"

namespace sand::optim {
namespace {

constexpr double kSaturated = 20;  // tanh of this or more is 1

/// The release replaces every NaN by 1e-17, in the variance (one domain) and in the mask (0 / 0).
double released(double x) { return x == x ? x : 1e-17; }

}  // namespace

std::string SandMask::note_on_tau(const char* method, const Hparams& hparams, int domains) {
  const double tau = hparams.at("tau");
  const std::string least = least_agreement(domains),
                    with_tau = std::string(method) + " with tau " + shortest(tau);
  if (domains > 1 && tau < (domains % 2 == 1 ? 1.0 / domains : 0))
    return with_tau + " masks nothing on " + std::to_string(domains) + " domains: " + least +
           "it is ERM, with each weight scaled by tanh(k (s - tau) / var). A larger tau masks.";
  if (domains == 2 && tau >= 0.5 && tau < 1)
    return with_tau +
           " on 2 domains is the same mask as with any other tau from 0.5 to 1: a weight opens where both "
           "gradients have " +
           "one sign; tau only scales k, by 1 - tau.";
  return "";
}

SandMask::SandMask(const SandMaskOptions& options) : SandMask("SANDMask", options) {}

SandMask::SandMask(const char* method, const SandMaskOptions& options)
    : ByColumn(options.allow_closed ? 1 : 2, options.rescale ? Mask::rescaled : Mask::plain),
      tau_(options.tau),
      k_(options.k) {
  const bool closed = options.allow_closed;
  Option{method, "tau", tau_}
      .must(tau_ >= 0 && std::isfinite(tau_), "a number of at least 0")
      .must(tau_ < 1 || closed, "below 1",
            "the agreement s is at most 1, so m = max(0, tanh(k (s - tau) / var)) would be 0 for every "
            "weight and nothing would ever "
            "train; tau = 1 is the reference implementation's default; try 0.9, or set allow_closed to see "
            "it happen");
  Option{method, "k", k_}
      .must(k_ >= 0 && std::isfinite(k_), "a finite number above 0",
            "for k without bound the mask is ANDMask's")
      .must(k_ > 0 || closed, "above 0",
            "with k = 0 the mask m = max(0, tanh(k (s - tau) / var)) would be 0 for every weight and nothing "
            "would ever train; the "
            "reference implementation drew it until July 2021; try 10, or set allow_closed to see it happen");
}

CombinerCard SandMask::card() {
  // The release's default tau is 1, and then nothing trains; ours opens a weight above 90 % agreement.
  return {.name = "SANDMask",
          .about = "the mean, as far as the domains agree in sign and size",
          .formula = "d = m gbar, m = max(0, tanh(k (s - tau) / var))",
          .source = "Shahtalebi et al. 2021, arXiv 2106.02266",
          .fewest_domains = 2,
          .has_mask = true,
          .hparams = {{.name = "tau",
                       .standard = 0.9,
                       .draw = HparamRule::Draw::uniform,
                       .low = 0,
                       .high = 1,
                       .range = "[0, 1)",
                       .meaning = "agreement s above which a weight opens",
                       .domainbed = 1},
                      {"k", 10, HparamRule::Draw::power_of_10, -3, 5, "above 0", "how steeply it opens"},
                      {"rescale", 1, HparamRule::Draw::fixed, 0, 0, "0 or 1",
                       "divide each parameter tensor by the mean of its mask"}},
          .make = [](const Hparams& h, bool allow_closed) -> std::unique_ptr<Combiner> {
            return std::make_unique<SandMask>(options_of(h, allow_closed));
          },
          .when_saturated = "as if it were ANDMask. A smaller k makes it partial.",
          .note = [](const Hparams& h, int domains) { return note_on_tau("SANDMask", h, domains); }};
}

SandMaskOptions SandMask::options_of(const Hparams& hparams, bool allow_closed) {
  return {.tau = hparams.at("tau"),
          .k = hparams.at("k"),
          .rescale = hparams.at("rescale") != 0,
          .allow_closed = allow_closed};
}

void SandMask::open_by_tanh(std::span<double> x, std::span<Scalar> mask) {
  const std::size_t n = mask.size();
  for (std::size_t j = 0; j < n; ++j) x[j] = x[j] > 0 ? x[j] : 0.0;  // max(0, tanh x) = tanh max(0, x)
  int positive = 0, saturated = 0;
  for (std::size_t j = 0; j < n; ++j) positive += x[j] > 0;
  for (std::size_t j = 0; j < n; ++j) saturated += x[j] >= kSaturated;
  if (positive == saturated)  // most blocks: gradients differ by little, and 1 / var is large
    for (std::size_t j = 0; j < n; ++j) mask[j] = x[j] > 0 ? Scalar{1} : Scalar{0};
  else
    for (std::size_t j = 0; j < n; ++j) mask[j] = static_cast<Scalar>(sand::tanh(x[j]));
}

void SandMask::open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const {
  const int n = agreement.columns();
  std::array<double, Agreement::kColumns> x;  // the argument of tanh
  int candidates = 0;
  for (int j = 0; j < n; ++j) {
    x[j] = k_ * (agreement.agreement(j) - tau_);
    candidates += x[j] >= 0;
  }
  if (candidates == 0 && !terms) {  // most blocks, if many domains must agree
    std::fill(mask.begin(), mask.end(), Scalar{0});
    return;
  }
  agreement.measure_variance();
  for (int j = 0; j < n; ++j)
    x[j] = released(x[j] / released(agreement.variance(j)));  // tanh of 1e-17 is 1e-17
  const double argument = n == 1 ? x[0] : 0;                  // for the terms of one column
  open_by_tanh({x.data(), mask.size()}, mask);
  if (!terms) return;
  const double variance = released(agreement.variance(0));
  terms->setting("tau", tau_);
  terms->setting("k", k_);
  terms->add("variance", "", variance, "");
  terms->add("", "lambda", 1 / variance,
             variance == 1e-17 ? "1 / 1e-17, which stands for the variance of one domain" : "1 / var");
  terms->add("argument", "x", argument,
             argument == 1e-17 ? "1e-17, which stands for 0 / 0 in k (s - tau) / var" : "k (s - tau) / var");
  terms->add_scalar("mask", "m", mask[0], "max(0, tanh(x))");
}

}  // namespace sand::optim
