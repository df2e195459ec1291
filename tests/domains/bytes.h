// Bytes of files made for tests, put together and taken apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sand::domains {

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes first(std::size_t count, const Bytes& bytes) {
  return Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
}

inline Bytes from(std::size_t begin, const Bytes& bytes) {
  return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end());
}

inline Bytes without(std::size_t begin, std::size_t end, const Bytes& bytes) {
  return first(begin, bytes) + from(end, bytes);
}

/// The position of the bytes in a file that has them.
inline std::size_t place_of(const Bytes& bytes, const Bytes& file, std::size_t begin = 0) {
  return static_cast<std::size_t>(
      std::search(file.begin() + static_cast<std::ptrdiff_t>(begin), file.end(), bytes.begin(), bytes.end()) -
      file.begin());
}

}  // namespace sand::domains
