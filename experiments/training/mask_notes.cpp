#include "experiments/training/mask_notes.h"

#include <cstdio>

#include "experiments/setup/algorithms.h"

namespace sand::experiments {
std::optional<std::string> note_on_tau(const Settings& settings, int domains) {
  const std::string note = algorithm(settings).combiner->note(settings.hparams, domains);
  return note.empty() ? std::nullopt : std::optional(note);
}

std::optional<std::string> note_on_saturation(const Settings& settings, const optim::MaskReport& masks) {
  const double open = static_cast<double>(masks.total.open),
               opened = open + static_cast<double>(masks.total.partial);
  const std::string comes_to = algorithm(settings).combiner->when_saturated;
  if (comes_to.empty() || !(open > 0.99 * opened)) return std::nullopt;
  char percent[32];
  std::snprintf(percent, sizeof percent, "%.2f", 100 * open / opened);
  return settings.algorithm + "'s mask is saturated: m >= 0.99 in " + percent +
         " % of the weights with m > 0, " + comes_to;
}

std::string report_with_notes(const Settings& settings, int domains, const optim::MaskReport& masks) {
  std::string report = "\n" + masks.text();
  for (const std::optional<std::string>& note :
       {note_on_tau(settings, domains), note_on_saturation(settings, masks)})
    if (note) report += "\nnote: " + *note + "\n";
  return report;
}

}  // namespace sand::experiments
