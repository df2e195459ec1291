// Notes for a run that is called SAND-mask or AND-mask but trains something else, by its settings and its
// last mask.
#pragma once

#include <optional>
#include <string>

#include "experiments/setup/settings.h"
#include "optim/mask_report.h"

namespace sand::experiments {

/// With `domains` signs, none of them 0, |n_plus - n_minus| is odd if `domains` is odd.
/// Then s >= 1 / domains, and a tau below that masks nothing. Two domains agree or disagree, whatever tau is.
/// Returns nothing if the settings do what the algorithm's name says.
std::optional<std::string> note_on_tau(const Settings& settings, int domains);

/// A SAND-mask with m >= 0.99 in over 99 % of the weights it opened is AND-mask. Returns nothing for other
/// masks.
std::optional<std::string> note_on_saturation(const Settings& settings, const optim::MaskReport& masks);

/// The text about a run's last mask: the report, then the notes on the mask and on tau.
std::string report_with_notes(const Settings& settings, int domains, const optim::MaskReport& masks);

}  // namespace sand::experiments
