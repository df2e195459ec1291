#include "domains/printable.h"

#include <cstdint>

namespace sand::domains {
namespace {

/// Bytes of the character at the beginning: 0 where it is no well-formed UTF-8 (Unicode, table 3-7) or a control character.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned>(static_cast<std::uint8_t>(text[i])) : 0u; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) { return byte(i) >= low && byte(i) <= high; };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f && first != '\\' ? 1 : 0;
  if (first >= 0xc2 && first <= 0xdf) return follows(1, first == 0xc2 ? 0xa0 : 0x80) ? 2 : 0;  // U+0080 .. U+009F are control characters
  if (first >= 0xe0 && first <= 0xef) return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

}  // namespace

std::string printable(std::string_view name) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  while (!name.empty()) {
    const std::size_t bytes = character(name);
    if (bytes > 0) {
      text += name.substr(0, bytes);
    } else {
      const unsigned byte = static_cast<std::uint8_t>(name[0]);
      text += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
    }
    name.remove_prefix(bytes > 0 ? bytes : 1);
  }
  return text;
}

}  // namespace sand::domains
