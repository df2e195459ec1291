// The names of checkpoint files.
#pragma once

#include <optional>
#include <string>

namespace sand::experiments {

constexpr const char* kBestCheckpoint = "best.safetensors";      ///< of a run with --early-stop
std::string checkpoint_name(int step);                           ///< "step-000300.safetensors"
std::optional<int> step_of_checkpoint(const std::string& name);  ///< nothing for any other name

}  // namespace sand::experiments
