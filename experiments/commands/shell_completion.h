// Completion of a program's commands and options, for bash, zsh and fish.
#pragma once

#include <string>

#include "experiments/commands/option_tree.h"

namespace sand::experiments {

/// A script that the shell reads; it also completes the other `programs`, which have the same commands.
/// Values without choices are completed as names of files. Throws Error(usage) for another shell than bash,
/// zsh or fish.
std::string completion_script(const CommandEntry& program, const std::string& shell,
                              const std::vector<std::string>& programs);

}  // namespace sand::experiments
