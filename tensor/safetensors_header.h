// The JSON header of a safetensors file: parses untrusted text into checked entries, and writes it. The only
// place where this library uses JSON.
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
  /// One tensor and its place: bytes begin .. end - 1 of the data.
  struct Entry {
    std::string name;
    Dtype dtype;
    std::vector<Index> shape;
    std::uint64_t begin, end;
  };

  std::vector<Entry> entries;  ///< in the order of the data, without gaps or overlaps
  std::map<std::string, std::string> metadata;

  /// Throws Error(data) unless the text follows every rule listed at Safetensors. `data_size` is the number
  /// of bytes after the header; `source` is the name of the file in errors.
  static SafetensorsHeader parse(const std::string& text, std::uint64_t data_size, const std::string& source);

  /// The header as text, padded with spaces to a multiple of eight bytes. Throws Error(usage) for names or
  /// metadata that are not UTF-8.
  std::string text() const;
};

/// The size of a shape in bytes; -1 if no machine could address it, or if it has more than eight axes.
Index byte_count(Dtype dtype, const std::vector<Index>& shape);

/// An error with the broken rule and the name of the file.
Error broken_file(const std::string& rule, const std::string& source);
/// "[2, 3] of F32"
std::string printable(Dtype dtype, const std::vector<Index>& shape);

}  // namespace sand
