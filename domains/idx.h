// IDX: the file format of MNIST (LeCun), raw or gzipped. Only unsigned bytes. Files are untrusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tensor/scalar.h"

namespace sand::domains {

/// A block of bytes and the sizes of its axes, e.g. [60000, 28, 28].
struct Idx {
  std::vector<Index> sizes;         ///< [rank], each at least 1
  std::vector<std::uint8_t> bytes;  ///< row-major, as many as the product of the sizes, at most 1 GiB
};

/// Reads a file of unsigned bytes with `rank` axes (1 to 4). Detects gzip by content, not by name. Allocates
/// only as much memory as the file can fill. Throws Error: missing (no such file), io (not readable), data
/// (not a regular file; or content that is broken, longer or shorter than its header says, or larger than 1
/// GiB).
Idx read_idx(const std::filesystem::path& path, int rank);

/// The same for a file in memory. Messages call the file `name`.
Idx parse_idx(std::span<const std::uint8_t> file, const std::string& name, int rank);

}  // namespace sand::domains
