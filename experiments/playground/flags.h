// The flags of `sandgrad train` without its program: the playground runs what its command says.
#pragma once

#include <string>
#include <vector>

#include "experiments/setup/settings.h"

namespace sand::experiments {

/// The request of a command: {"--dataset", "Spirals", "--test-envs", "0", "3"}. Names are those of
/// settings_table.h. Throws Error(usage) for an unknown flag, a missing or unreadable value, and a path: the
/// playground has no files.
RunRequest request_of_flags(const std::vector<std::string>& arguments);

}  // namespace sand::experiments
