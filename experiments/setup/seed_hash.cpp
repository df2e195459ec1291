#include "experiments/setup/seed_hash.h"

#include "tensor/md5.h"

namespace sand::experiments {

std::uint32_t seed_hash(const std::string& text) {
  const std::array<std::uint8_t, 16> digest = Md5().add(std::as_bytes(std::span(text))).digest();
  // The last 31 of 128 bits, most significant byte first.
  return (std::uint32_t{digest[12]} << 24 | std::uint32_t{digest[13]} << 16 | std::uint32_t{digest[14]} << 8 |
          digest[15]) &
         0x7fffffff;
}

std::uint32_t seed_hash(std::int64_t a, std::int64_t b) {
  return seed_hash("(" + std::to_string(a) + ", " + std::to_string(b) + ")");
}

std::uint32_t seed_hash(std::int64_t a, const std::string& b) {
  return seed_hash("(" + std::to_string(a) + ", '" + b + "')");
}

}  // namespace sand::experiments
