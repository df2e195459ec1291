#include "domains/alike_names.h"

#include <cstddef>
#include <cstdint>
#include <locale>
#include <stdexcept>

namespace sand::domains {
namespace {

/// A character and the combining marks after it.
struct Letter {
  char32_t base = 0;
  std::string_view marks;  // as UTF-8
};

/// Removes the first character from `rest` and returns it. Invalid UTF-8 gives some number: names are
/// compared here, not shown.
char32_t take_character(std::string_view& rest) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  const std::size_t length = byte(0) < 0xc0 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  char32_t character = length == 1 ? byte(0) : byte(0) & (0x7fu >> length);
  std::size_t i = 1;
  for (; i < length && i < rest.size() && (byte(i) & 0xc0) == 0x80; ++i)
    character = character << 6 | (byte(i) & 0x3f);
  rest.remove_prefix(i);
  return character;
}

/// Combining marks of Latin, Greek and Cyrillic, of kana, and the vowels and finals of Hangul.
bool is_mark(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || c == 0x3099 || c == 0x309a || (c >= 0x1161 && c <= 0x11ff);
}

Letter take_letter(std::string_view& rest) {
  Letter letter{take_character(rest), {}};
  const std::string_view behind = rest;
  for (std::string_view next = rest; !next.empty() && is_mark(take_character(next));) rest = next;
  letter.marks = behind.substr(0, behind.size() - rest.size());
  return letter;
}

/// In lower case by Unicode's rules; in ASCII only if the system lacks that locale.
char32_t lower(char32_t c) {
  static const std::locale unicode = [] {
    try {
      return std::locale("C.UTF-8");
    } catch (const std::runtime_error&) {
      return std::locale::classic();
    }
  }();
  return static_cast<char32_t>(std::tolower(static_cast<wchar_t>(c), unicode));
}

bool alike_letters(const Letter& a, const Letter& b) {
  if (a.marks.empty() == b.marks.empty()) return a.marks == b.marks && lower(a.base) == lower(b.base);
  return (a.marks.empty() ? a : b).base > 0x7f;
}

}  // namespace

bool alike(std::string_view a, std::string_view b) {
  if (a == b) return false;
  while (!a.empty() && !b.empty())
    if (!alike_letters(take_letter(a), take_letter(b))) return false;
  return a.empty() && b.empty();
}

}  // namespace sand::domains
