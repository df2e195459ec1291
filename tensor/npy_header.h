// The header of a .npy file: parses the untrusted text of a Python dictionary, and writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace sand {

struct NpyHeader {
  Dtype dtype;
  std::vector<Index> shape;

  /// Throws Error(data) unless the text is {'descr': ..., 'fortran_order': False, 'shape': (...)} with these
  /// keys in any order, followed by blanks and line breaks only. `source` is the name of the file in errors.
  static NpyHeader parse(std::string_view text, const std::string& source);

  /// The dictionary as numpy writes it, without the padding.
  std::string text() const;
};

/// An error with the broken rule and the name of the file.
Error broken_npy(const std::string& rule, const std::string& source);

}  // namespace sand
