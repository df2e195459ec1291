// Text that a test searches or uses as bytes of a file.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sand::testing {

/// The text with one blank for each run of blanks: only error_test checks the alignment of facts.
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
