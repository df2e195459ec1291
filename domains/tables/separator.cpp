#include "domains/tables/separator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

using Counts = std::array<std::size_t, kSeparators.size()>;  // of each separator in a line

/// Of the first lines, without blank ones.
std::vector<Counts> count_separators(std::string_view text) {
  constexpr std::size_t kLines = 10;
  std::vector<Counts> lines;
  Counts line{};
  bool quoted = false, blank = true;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '\n' || c == '\r')) {
      if (!blank) lines.push_back(line);
      if (lines.size() == kLines) return lines;
      line = {};
      blank = true;
      continue;
    }
    blank = blank && c == ' ';
    if (const std::size_t which = kSeparators.find(c); !quoted && which != std::string_view::npos)
      ++line[which];
  }
  if (lines.empty()) lines.push_back(line);  // a header without an end in this text
  return lines;
}

}  // namespace

char detect_separator(std::string_view beginning) {
  const std::vector<Counts> lines = count_separators(beginning);
  const Counts& header = lines.front();
  char found = 0;
  std::size_t most = 0;
  bool found_everywhere = false;
  for (std::size_t which = 0; which < kSeparators.size(); ++which) {
    const bool everywhere = std::all_of(lines.begin(), lines.end(),
                                        [&](const Counts& line) { return line[which] == header[which]; });
    if (header[which] == 0 || everywhere < found_everywhere) continue;
    if (everywhere == found_everywhere && header[which] <= most) continue;
    found = kSeparators[which];
    most = header[which];
    found_everywhere = everywhere;
  }
  return found;
}

char separator_named(std::string_view name) {
  for (const char separator : kSeparators)
    if (name == name_of_separator(separator) || name == std::string_view(&separator, 1)) return separator;
  check(name == "auto", [&] {
    return Error(Fault::usage, "separator: must be auto, comma, semicolon, tab or bar")
        .fact("found", in_quotes(name));
  });
  return 0;
}

std::string_view name_of_separator(char separator) {
  switch (separator) {
    case ',': return "comma";
    case ';': return "semicolon";
    case '\t': return "tab";
    case '|': return "bar";
    default: return "auto";
  }
}

}  // namespace sand::domains
