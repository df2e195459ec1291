// A 64-bit hash of many bytes: equal runs have equal fingerprints. Not secure against deliberate collisions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sand {

/// FNV-1a, 64 bits (Fowler, Noll, Vo). Feed blocks in order; `text()` is 16 hexadecimal digits.
class Fingerprint {
 public:
  template <class Number>
  Fingerprint& add(std::span<const Number> numbers) {
    for (const std::byte byte : std::as_bytes(numbers))
      hash_ = (hash_ ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
    return *this;
  }
  std::uint64_t value() const { return hash_; }
  std::string text() const {
    std::string digits(16, '0');
    for (int i = 0; i < 16; ++i)
      digits[static_cast<std::size_t>(i)] = "0123456789abcdef"[hash_ >> (60 - 4 * i) & 15];
    return digits;
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace sand
