// The JSON header of a safetensors file: from text that may say anything to entries that are proven, and
// back. The only place where this library meets JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace sand {

struct SafetensorsHeader {
  /// One tensor and where it lies: bytes begin .. end - 1 of the data.
  struct Entry {
    std::string name;
    Dtype dtype;
    std::vector<Index> shape;
    std::uint64_t begin, end;
  };

  std::vector<Entry> entries;  ///< as they lie in the data, without holes and overlaps
  std::map<std::string, std::string> metadata;

  /// Throws Error(data) unless the text keeps every rule named at Safetensors. `data_size` is what the file
  /// holds after the header, in bytes; `source` is what errors call the file.
  static SafetensorsHeader parse(const std::string& text, std::uint64_t data_size, const std::string& source);

  /// Padded with spaces to a multiple of eight bytes. Throws Error(usage) for names or metadata that are not
  /// UTF-8.
  std::string text() const;
};

/// How many bytes a shape holds; -1 when no machine could address them, or with more than eight axes.
Index byte_count(Dtype dtype, const std::vector<Index>& shape);

/// A broken rule of a file: the rule and the name of the file.
Error broken_file(const std::string& rule, const std::string& source);
/// "[2, 3] of F32"
std::string printable(Dtype dtype, const std::vector<Index>& shape);

}  // namespace sand
