// The different texts in a column, for domains, classes and categories, and their order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sand::domains {

/// Numbers texts from 0 in the order in which they first occur.
class Words {
 public:
  /// The number of a text, which is new if the text is.
  std::uint32_t add(std::string_view text);
  std::size_t size() const { return texts_.size(); }
  const std::string& text(std::uint32_t number) const { return texts_[number]; }

  /// The numbers of all texts, sorted: by value if all texts are numbers, else by their bytes. Throws
  /// Error(data), without a place, if two texts are one number ("1" and "1.0").
  std::vector<std::uint32_t> sorted(bool decimal_comma) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<std::string> texts_;
};

/// Whether `text` is well-formed UTF-8 without control characters: a name that can be printed.
bool is_name(std::string_view text);
inline constexpr const char* kHintOnName = "save the table as UTF-8: iconv -f LATIN1 -t UTF-8 OLD >NEW";

}  // namespace sand::domains
