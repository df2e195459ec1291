// Numbers and columns of an explanation, as text and as JSON.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace sand::experiments {

/// A JSON number. JSON has no infinity and no NaN: these are strings, "inf", "-inf", "nan".
inline nlohmann::ordered_json json_number(double number) {
  if (std::isfinite(number)) return number;
  return number != number ? "nan" : number > 0 ? "inf" : "-inf";
}

/// The text, filled with at least one space up to `width`.
inline std::string padded(std::string text, std::size_t width) {
  text.resize(text.size() < width ? width : text.size() + 1, ' ');
  return text;
}

}  // namespace sand::experiments
