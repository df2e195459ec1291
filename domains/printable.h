// Names of files and folders as text: they may hold any byte, a terminal and JSON may not.
#pragma once

#include <string>
#include <string_view>

namespace sand::domains {

/// `name` with control characters, backslashes and whatever is not UTF-8 written as \x1b. Different names stay different.
std::string printable(std::string_view name);

}  // namespace sand::domains
