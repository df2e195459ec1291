// Looks up names that a person typed: ignores case, and suggests the nearest name for a wrong one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sand {

/// The name in `known` that equals `name` except for case. Throws Error(usage) "KIND: no such name", with the
/// nearest known name as a hint and the known names (of many, the first) as a fact.
std::string find_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known);

/// The nearest name in `known`, ignoring case: it needs the fewest insertions, deletions and changes of a
/// letter and swaps of two neighbours. At most one such edit is allowed per three letters of `name`. A longer
/// name that begins with `name` (three letters or more) counts as one edit. "" if no name is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// "one, two or three".
std::string either(const std::vector<std::string>& names);

}  // namespace sand
