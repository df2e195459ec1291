// How the files of checkpoints are called.
#pragma once

#include <optional>
#include <string>

namespace sand::experiments {

std::string checkpoint_name(int step);  ///< "step-000300.safetensors"
std::optional<int> step_of_checkpoint(
    const std::string& name);  ///< nothing for a name that checkpoint_name does not give

}  // namespace sand::experiments
