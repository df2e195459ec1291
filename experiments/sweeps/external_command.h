// Runs a program that this one does not contain, such as sbatch.
#pragma once

#include <string>
#include <vector>

namespace sand::experiments {

struct CommandResult {
  int code = 0;  ///< exit code; 128 + the signal that ended it
  std::string output, errors;
};

/// Runs `words` (found by PATH) without a shell and waits for its end. Throws Error(missing) if there is no
/// such program, Error(resources) if it cannot be started.
CommandResult run_command(const std::vector<std::string>& words);

}  // namespace sand::experiments
