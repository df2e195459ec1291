// Files that people take for safetensors, told apart by how they begin. Nothing more of them is read.
#pragma once

#include <string>
#include <string_view>

namespace sand {

struct ForeignFormat {
  std::string name;  ///< "a git-lfs pointer ..."; "" for what is not known
  std::string hint;  ///< what to do to get a safetensors file
};

/// `beginning` are the first bytes of a file, 100 or more where it has them.
ForeignFormat foreign_format(std::string_view beginning);

}  // namespace sand
