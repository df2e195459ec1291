#include "domains/png_chunks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace sand::domains {
namespace {

constexpr const char* kTooShort = "a PNG that ends too early";
constexpr const char* kBrokenIhdr = "a PNG with a broken header";

std::uint32_t big_endian(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
         static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}

/// CRC-32 of ISO 3309, as PNG (chapter 5.5) defines it; with a table, eight bits at a time.
constexpr std::array<std::uint32_t, 256> kCrcOfByte = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    table[byte] = byte;
    for (int bit = 0; bit < 8; ++bit) table[byte] = table[byte] >> 1 ^ (table[byte] & 1 ? 0xedb88320 : 0);
  }
  return table;
}();

std::uint32_t crc(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = ~0u;
  for (const std::uint8_t byte : bytes) sum = sum >> 8 ^ kCrcOfByte[(sum ^ byte) & 0xff];
  return ~sum;
}

struct Chunk {
  std::span<const std::uint8_t> body;  // name, data
  std::uint32_t checksum;

  bool is(std::string_view name) const { return std::equal(name.begin(), name.end(), body.begin()); }
  std::span<const std::uint8_t> data() const { return body.subspan(4); }
};

/// Removes the first chunk from `rest` and returns it; nothing if the file ends before the chunk does.
std::optional<Chunk> next_chunk(std::span<const std::uint8_t>& rest) {
  if (rest.size() < 12) return std::nullopt;
  const std::size_t length = big_endian(rest.data());
  if (length > rest.size() - 12) return std::nullopt;
  const Chunk chunk{rest.subspan(4, 4 + length), big_endian(&rest[8 + length])};
  rest = rest.subspan(12 + length);
  return chunk;
}

std::span<const std::uint8_t> chunks_of(std::span<const std::uint8_t> file) { return file.subspan(8); }

}  // namespace

PngHeader png_header(std::span<const std::uint8_t> file) noexcept {
  PngHeader header;
  const auto refused = [&](const char* why) {
    header.failure = why;
    return header;
  };
  std::span<const std::uint8_t> rest = chunks_of(file);
  const std::optional<Chunk> first = next_chunk(rest);
  if (!first) return refused(kTooShort);
  if (!first->is("IHDR") || first->data().size() != 13) return refused(kBrokenIhdr);
  const std::span<const std::uint8_t> data = first->data();
  // by colour type; 0: no such type
  constexpr std::array<int, 7> kChannels{1, 0, 3, 1, 2, 0, 4};
  header.width = big_endian(&data[0]);
  header.height = big_endian(&data[4]);
  header.depth = data[8];
  header.channels = data[9] < kChannels.size() ? kChannels[data[9]] : 0;
  header.palette = data[9] == 3;
  header.interlaced = data[12] == 1;
  const bool whole_bytes = header.depth == 8 || header.depth == 16;
  const bool part = header.depth == 1 || header.depth == 2 || header.depth == 4;
  const bool depth_fits = header.palette ? part || header.depth == 8 : whole_bytes || (part && data[9] == 0);
  if (header.width == 0 || header.height == 0 || header.channels == 0 || !depth_fits || data[10] != 0 ||
      data[11] != 0 || data[12] > 1)
    return refused(kBrokenIhdr);
  while (const std::optional<Chunk> chunk = next_chunk(rest)) {
    if (chunk->is("tRNS")) header.transparent = true;
    if (chunk->is("IDAT")) break;
  }
  return header;
}

const char* png_damage(std::span<const std::uint8_t> file) noexcept {
  std::span<const std::uint8_t> rest = chunks_of(file);
  while (const std::optional<Chunk> chunk = next_chunk(rest)) {
    const bool matters = (chunk->body[0] & 0x20) == 0;
    if (matters && crc(chunk->body) != chunk->checksum) return "a PNG with a wrong checksum: it is damaged";
    if (chunk->is("IEND")) return nullptr;
    if (matters && !chunk->is("IHDR") && !chunk->is("PLTE") && !chunk->is("IDAT"))
      return chunk->is("CgBI") ? "a PNG of Apple's own kind (CgBI), which is not supported"
                               : "a PNG with an unknown critical chunk, which is not supported";
  }
  return kTooShort;
}

std::span<const std::uint8_t> png_exif(std::span<const std::uint8_t> file) noexcept {
  std::span<const std::uint8_t> rest = chunks_of(file);
  while (const std::optional<Chunk> chunk = next_chunk(rest)) {
    if (chunk->is("eXIf")) return chunk->data();
    if (chunk->is("IEND")) break;
  }
  return {};
}

}  // namespace sand::domains
