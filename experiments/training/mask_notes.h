// Where a run is called SAND-mask or AND-mask and comes to something else: what its settings and its last
// mask say.
#pragma once

#include <optional>
#include <string>

#include "experiments/setup/settings.h"
#include "optim/mask_report.h"

namespace sand::experiments {

/// Of `domains` signs, none 0, |n_plus - n_minus| is odd where `domains` is odd: then s >= 1 / domains, and a
/// tau that small masks nothing. Two domains agree or do not, whatever tau. Nothing where the settings do
/// what the algorithm's name says.
std::optional<std::string> note_on_tau(const Settings& settings, int domains);

/// A SAND-mask with m >= 0.99 in over 99 % of the weights it opened is AND-mask. Nothing for other masks.
std::optional<std::string> note_on_saturation(const Settings& settings, const optim::MaskReport& masks);

/// What a run says of its last mask: the report, then the notes on it and on tau.
std::string report_with_notes(const Settings& settings, int domains, const optim::MaskReport& masks);

}  // namespace sand::experiments
