// Recognizes, by their first bytes, other files that people mistake for safetensors.
#pragma once

#include <string>
#include <string_view>

namespace sand {

struct ForeignFormat {
  std::string name;  ///< "a git-lfs pointer ..."; "" if unknown
  std::string hint;  ///< how to get a safetensors file
};

/// `beginning` holds the first bytes of a file: at least 100, or the whole file.
ForeignFormat foreign_format(std::string_view beginning);

}  // namespace sand
