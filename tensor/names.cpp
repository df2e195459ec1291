#include "tensor/names.h"

#include <algorithm>
#include <cctype>

#include "tensor/error.h"

namespace sand {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return result;
}

/// The number of insertions, deletions and changes of a letter, and swaps of two neighbours, that turn `a`
/// into `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(
      a.size() + 1, std::vector<std::size_t>(b.size() + 1));  // from i letters of a to j of b
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        steps[i][j] = i + j;
        continue;
      }
      steps[i][j] =
          std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  return steps[a.size()][b.size()];
}

/// "a, b, c"; of long lists the beginning and the number of names.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kLength = 300;
  std::string text;
  for (const std::string& name : names) {
    if (text.size() + name.size() > kLength)
      return text + ", ... (" + std::to_string(names.size()) + " in all)";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 100;  // nobody types longer names
  if (name.size() > kLongest) return "";
  constexpr std::size_t kShortest = 3;  // shortest beginning that matches a longer name
  std::string nearest;
  std::size_t least = name.size() < 2 ? 0 : std::max<std::size_t>(1, name.size() / 3);
  for (const std::string& candidate : known) {
    const bool begins = name.size() >= kShortest && lower(candidate).starts_with(lower(name));
    const std::size_t apart = begins ? std::min<std::size_t>(1, candidate.size() - name.size())
                                     : distance(lower(name), lower(candidate));
    if (apart > least) continue;
    if (apart < least || nearest.empty()) nearest = candidate;
    least = apart;
  }
  return nearest;
}

std::string find_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
  for (const std::string& candidate : known)
    if (lower(candidate) == lower(name)) return candidate;
  Error error(Fault::usage, std::string(kind) + ": no such name");
  error.fact("found", name.substr(0, 100)).fact("known", listed(known));
  if (const std::string nearest = nearest_name(name, known); !nearest.empty())
    error.hint("did you mean " + nearest + "?");
  throw error;
}

std::string either(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  return text;
}

}  // namespace sand
