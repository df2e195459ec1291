// Makes untrusted text (names of files, content of files) safe for terminals and JSON.
#pragma once

#include <string>
#include <string_view>

namespace sand {

/// `name` with control characters, backslashes and bytes that are not UTF-8 escaped as \x1b. Different names
/// stay different.
std::string printable(std::string_view name);
/// The inverse of printable(): \x and two digits become one byte, everything else stays.
std::string name_of_printable(std::string_view text);

/// `text` with control characters (also line breaks) and bytes that are not UTF-8 escaped as \x1b. Keeps
/// backslashes, so printable text stays unchanged.
std::string without_controls(std::string_view text);
/// The same in quotes, truncated to one line.
std::string in_quotes(std::string_view text);

}  // namespace sand
