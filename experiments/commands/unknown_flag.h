// A flag that a command does not have, answered with what may have been meant.
#pragma once

#include <string>
#include <vector>

namespace sand::experiments {

/// What to do instead of `flag` ("--lr") with `value` ("0.1", or whatever word follows it): a hyper-parameter
/// goes into --hparams, one of DomainBed's flags may mean nothing here, or one of the command's `known` flags
/// is near. "" when nothing is.
std::string hint_on_flag(const std::string& flag, const std::string& value,
                         const std::vector<std::string>& known);

}  // namespace sand::experiments
