// Numbers and columns of an explanation, as text and as JSON.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace sand::experiments {

/// A number of JSON; what is not finite, which JSON does not have, is a string: "inf", "-inf", "nan".
inline nlohmann::ordered_json json_number(double number) {
  if (std::isfinite(number)) return number;
  return number != number ? "nan" : number > 0 ? "inf" : "-inf";
}

/// The text and blanks up to `width`, at least one.
inline std::string padded(std::string text, std::size_t width) {
  text.resize(text.size() < width ? width : text.size() + 1, ' ');
  return text;
}

}  // namespace sand::experiments
