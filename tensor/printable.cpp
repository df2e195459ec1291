#include "tensor/printable.h"

#include <charconv>
#include <cstdint>

namespace sand {
namespace {

/// The length in bytes of the first character; 0 if it is not well-formed UTF-8 (Unicode, table 3-7) or is a
/// control character.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned>(static_cast<std::uint8_t>(text[i])) : 0u;
  };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  if (first >= 0xc2 && first <= 0xdf)
    return follows(1, first == 0xc2 ? 0xa0 : 0x80) ? 2 : 0;  // U+0080 .. U+009F are control characters
  if (first >= 0xe0 && first <= 0xef)
    return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3)
               ? 4
               : 0;
  return 0;
}

std::string escaped(std::string_view text, bool backslashes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string escaped;
  while (!text.empty()) {
    const std::size_t bytes = backslashes && text[0] == '\\' ? 0 : character(text);
    if (bytes > 0) {
      escaped += text.substr(0, bytes);
    } else {
      const unsigned byte = static_cast<std::uint8_t>(text[0]);
      escaped += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
    }
    text.remove_prefix(bytes > 0 ? bytes : 1);
  }
  return escaped;
}

}  // namespace

std::string printable(std::string_view name) { return escaped(name, true); }

std::string name_of_printable(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint8_t byte = 0;
    const char* const digits = text.data() + i + 2;
    if (text.substr(i, 2) == "\\x" && text.size() - i >= 4 &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      name += static_cast<char>(byte);
      i += 3;
    } else {
      name += text[i];
    }
  }
  return name;
}

std::string without_controls(std::string_view text) { return escaped(text, false); }

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLine = 80;
  return "\"" + without_controls(text.substr(0, kLine)) + "\"" + (text.size() > kLine ? "..." : "");
}

}  // namespace sand
