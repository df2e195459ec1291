// The character between the cells of a table: named by the user, or detected.
#pragma once

#include <string>
#include <string_view>

namespace sand::domains {

constexpr std::string_view kSeparators = ",;\t|";

/// Divides the first ten lines of a table (fewer if `beginning` has fewer whole ones; line breaks in quotes
/// do not count). Of the separators in kSeparators that divide each of these lines into equally many cells,
/// it is the one with the most cells; if there is none, the one that divides the header into the most cells.
/// 0 if no separator divides the header.
char detect_separator(std::string_view beginning);

/// "comma", "semicolon", "tab", "bar", or the character itself -> the character; "auto" -> 0. Throws
/// Error(usage).
char separator_named(std::string_view name);
std::string_view name_of_separator(char separator);  ///< "semicolon"; 0 -> "auto"

}  // namespace sand::domains
