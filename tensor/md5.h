// MD5 (RFC 1321): DomainBed derives seeds from it, and published files are identified by it. Not secure. Our
// own implementation, since a libcrypto restricted to FIPS algorithms has none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sand {

/// Feed blocks in order; then digest() or hex(), once.
class Md5 {
 public:
  Md5& add(std::span<const std::byte> bytes);
  std::array<std::uint8_t, 16> digest();
  std::string hex();  ///< digest() as 32 digits, 0-9 a-f

 private:
  void take_block();

  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t bytes_ = 0;  // so far; the last bytes_ % 64 of them are in block_
};

}  // namespace sand
