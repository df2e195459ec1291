#include "experiments/names.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "tensor/error.h"

namespace sand::experiments {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return result;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // row[j]: from the first i letters of a to the first j of b
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 100;  // nobody mistypes a longer name
  if (name.size() > kLongest) return "";
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, name.size() / 2);
  for (const std::string& candidate : known)
    if (const std::size_t apart = distance(lower(name), lower(candidate)); apart <= least) {
      if (apart < least || nearest.empty()) nearest = candidate;
      least = apart;
    }
  return nearest;
}

std::string find_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
  std::string all;
  for (const std::string& candidate : known) {
    if (lower(candidate) == lower(name)) return candidate;
    all += (all.empty() ? "" : ", ") + candidate;
  }
  Error error(Fault::usage, std::string(kind) + ": no such name");
  error.fact("found", name.substr(0, 100)).fact("known", all);
  if (const std::string nearest = nearest_name(name, known); !nearest.empty()) error.hint("did you mean " + nearest + "?");
  throw error;
}

}  // namespace sand::experiments
