#include "experiments/training/mask_notes.h"

#include <cstdio>

namespace sand::experiments {
namespace {

std::string text(const char* format, double number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, format, number);
  return digits;
}

}  // namespace

std::optional<std::string> note_on_tau(const Settings& settings, int domains) {
  const auto hparam = settings.hparams.find("tau");
  if (hparam == settings.hparams.end()) return std::nullopt;
  const double tau = hparam->second;
  const bool sand = settings.algorithm == "SANDMask";  // opens where s > tau; the others where s >= tau
  const std::string name = settings.algorithm, with_tau = " with tau " + text("%g", tau);
  const bool odd = domains % 2 == 1;
  const double least = odd ? 1.0 / domains : 0;  // s of signs that are as divided as can be
  if (domains > 1 && (sand ? tau < least : tau <= least)) {
    const std::string comes_to = sand                              ? "it is ERM, with each weight scaled by tanh(k (s - tau) / var)"
                                 : settings.algorithm == "ANDMask" ? "it is ERM"
                                                                   : "every weight takes the geometric mean";
    return name + with_tau + " masks nothing on " + std::to_string(domains) + " domains: " +
           (odd ? "an odd number of signs is never a tie, so s >= 1/" + std::to_string(domains) + " wherever no gradient is 0; "
                : "every s is at least tau; ") +
           comes_to + ". A larger tau masks.";
  }
  if (domains == 2 && (sand ? tau >= 0.5 && tau < 1 : tau > 0.5))
    return name + with_tau + " on 2 domains is the same mask as with any other tau from 0.5 to 1: a weight opens where both gradients " +
           "have one sign" + (sand ? "; tau only scales k, by 1 - tau." : ".");
  return std::nullopt;
}

std::optional<std::string> note_on_saturation(const Settings& settings, const optim::MaskReport& masks) {
  const double open = static_cast<double>(masks.total.open), opened = open + static_cast<double>(masks.total.partial);
  if (settings.algorithm != "SANDMask" || !(open > 0.99 * opened)) return std::nullopt;
  return "SANDMask's mask is saturated: m >= 0.99 in " + text("%.2f", 100 * open / opened) +
         " % of the weights with m > 0, as if it were ANDMask. A smaller k makes it partial.";
}

std::string report_with_notes(const Settings& settings, int domains, const optim::MaskReport& masks) {
  std::string report = "\n" + masks.text();
  for (const std::optional<std::string>& note : {note_on_tau(settings, domains), note_on_saturation(settings, masks)})
    if (note) report += "\nnote: " + *note + "\n";
  return report;
}

}  // namespace sand::experiments
