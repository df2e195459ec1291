// A suggestion for a flag that a command does not have.
#pragma once

#include <string>
#include <vector>

namespace sand::experiments {

/// What to do instead of `flag` ("--lr") with `value` ("0.1", or any word after it): a hyper-parameter
/// belongs in --hparams, a flag of DomainBed may have no meaning here, or one of the command's `known` flags
/// is similar. Returns "" if none of these fits.
std::string hint_on_flag(const std::string& flag, const std::string& value,
                         const std::vector<std::string>& known);

}  // namespace sand::experiments
