// Names that a person typed: found whatever their case, and answered with the nearest one where they are
// wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sand {

/// The spelling of `known` that equals `name` but for case. Throws Error(usage), "KIND: no such name", with
/// the nearest known name as a hint and all of them as a fact.
std::string find_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known);

/// Of `known`, whatever the case, the one that needs the fewest insertions, deletions and changes of a letter
/// and swaps of two neighbours, one for every three letters of `name` at most, or that begins with three
/// letters and more; "" if there is none.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// "one, two or three".
std::string either(const std::vector<std::string>& names);

}  // namespace sand
