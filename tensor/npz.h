// Several arrays in one file, in numpy's .npz format: a zip of .npy files, not compressed. Only writes.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "tensor/file.h"
#include "tensor/safetensors.h"

namespace sand {

/// Writes to a temporary file; commit() makes it appear. Equal arrays in equal order give equal bytes.
class NpzFile {
 public:
  explicit NpzFile(const std::string& path) : file_(path) {}  ///< throws Error(io)

  /// Adds an array that numpy finds under this name. Throws Error(data) for a name that is taken, is not a
  /// plain relative path without control characters, or has more than 1024 bytes; Error(usage) for a type
  /// that .npy does not have, and beyond 4 GiB or 65,535 arrays, which the format cannot count; Error(io).
  void add(const std::string& name, const StoredTensor& tensor);
  void commit();  ///< writes the list of the arrays and renames the file; throws Error(io)

 private:
  void write(const std::string& text);

  NewFile file_;
  std::string list_;  // the zip's central directory
  std::set<std::string> names_;
  std::uint64_t written_ = 0;  // bytes
};

}  // namespace sand
