// What a cell of a table says: a number, nothing, or text.
#pragma once

#include <string_view>

namespace sand::domains {

struct Cell {
  enum class Kind {
    number,
    missing,        ///< empty, NA, NaN, nan, null or ?
    text,           ///< anything else
    infinite,       ///< inf, -inf, infinity
    out_of_range,   ///< a number that a double cannot hold
    decimal_comma,  ///< 3,14 in a table with decimal points
    decimal_point,  ///< 3.14 in a table with decimal commas
  } kind;
  double value = 0;  ///< of a number
};

/// Reads decimal numbers, "-1", "+2.5", ".5", "1e-3": the nearest double, in any locale. `decimal_comma`: a
/// comma takes the place of the point. Blanks around it do not count.
Cell parse_cell(std::string_view text, bool decimal_comma);

/// Without blanks (spaces and tabs) at both ends.
std::string_view trim(std::string_view text);

}  // namespace sand::domains
