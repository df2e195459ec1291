// The man page of a program, from its commands and options.
#pragma once

#include <string>

#include "experiments/commands/option_tree.h"

namespace sand::experiments {

/// A page of section 1 in the language of man(7), with every command. `version` is the program's.
std::string man_page(const CommandEntry& program, const std::string& version);

}  // namespace sand::experiments
