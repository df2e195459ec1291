// Text that a test looks into, or takes for the bytes of a file.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sand::testing {

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace sand::testing
