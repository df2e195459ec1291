// Numbers as text that reads back as the same number.
#pragma once

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace sand::experiments {

/// 9 significant digits of a float, 17 of a double.
inline std::string exact(float number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(number));
  return text;
}
inline std::string exact(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

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
