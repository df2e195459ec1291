// Text that a test looks into, or takes for the bytes of a file.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sand::testing {

/// The text with one blank for each run of blanks: how the facts of an error are aligned is error_test's
/// affair.
inline std::string squeezed(const std::string& text) {
  std::string result;
  for (const char letter : text)
    if (letter != ' ' || !result.ends_with(' ')) result += letter;
  return result;
}

inline bool contains(const std::string& text, const std::string& part) {
  return squeezed(text).find(squeezed(part)) != std::string::npos;
}

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace sand::testing
