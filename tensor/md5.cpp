#include "tensor/md5.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sand {
namespace {

static_assert(std::endian::native == std::endian::little,
              "MD5 reads and writes words with the least significant byte first");

constexpr std::array<std::uint32_t, 64> kSines = {
    // the integer part of 2^32 |sin(i + 1)|
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
constexpr int kRotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

}  // namespace

Md5& Md5::add(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t filled = bytes_ % block_.size(), count = std::min(bytes.size(), block_.size() - filled);
    std::memcpy(block_.data() + filled, bytes.data(), count);
    bytes_ += count;
    bytes = bytes.subspan(count);
    if (filled + count == block_.size()) take_block();
  }
  return *this;
}

void Md5::take_block() {
  std::array<std::uint32_t, 16> words;
  std::memcpy(words.data(), block_.data(), sizeof words);
  auto [a, b, c, d] = state_;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                : round == 1 ? (b & d) | (c & ~d)
                                : round == 2 ? b ^ c ^ d
                                             : c ^ (b | ~d);
    const std::size_t word = (round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i) % 16;
    const std::uint32_t turned = b + std::rotl(a + mixed + words[word] + kSines[i], kRotations[round][i % 4]);
    a = d, d = c, c = b, b = turned;
  }
  state_[0] += a, state_[1] += b, state_[2] += c, state_[3] += d;
}

std::array<std::uint8_t, 16> Md5::digest() {
  const std::uint64_t bits = 8 * bytes_;
  constexpr std::array<std::uint8_t, 64> kPadding = {0x80};
  add(std::as_bytes(
      std::span(kPadding).first(1 + (119 - bytes_ % 64) % 64)));  // up to 8 bytes before the end of a block
  add(std::as_bytes(std::span(&bits, 1)));
  std::array<std::uint8_t, 16> digest;
  std::memcpy(digest.data(), state_.data(), sizeof digest);
  return digest;
}

std::string Md5::hex() {
  std::string text;
  for (const std::uint8_t byte : digest())
    text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return text;
}

}  // namespace sand
