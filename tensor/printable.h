// Text of others (names of files, content of files) as one may print it: it may hold any byte, a terminal and
// JSON may not.
#pragma once

#include <string>
#include <string_view>

namespace sand {

/// `name` with control characters, backslashes and whatever is not UTF-8 written as \x1b. Different names
/// stay different.
std::string printable(std::string_view name);
/// The name of which `text` is printable(): \x and two digits are a byte, everything else stands for itself.
std::string name_of_printable(std::string_view text);

/// `text` with control characters (line breaks, too) and whatever is not UTF-8 written as \x1b. Backslashes
/// stay, so that text which is printable already stays as it is.
std::string without_controls(std::string_view text);
/// The same in quotes, cut after a line's length.
std::string in_quotes(std::string_view text);

}  // namespace sand
