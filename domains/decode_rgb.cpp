// The only file that knows stb_image.
#include "domains/decode_rgb.h"

#include <algorithm>
#include <array>

namespace {

// stb_image asks for memory without saying for whom: this is set while decode_rgb runs, in a process of one thread.
sand::domains::Arena* arena = nullptr;

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_THREAD_LOCALS
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_MAX_DIMENSIONS (1 << 16)
#define STBI_ASSERT(x) ((x) ? void() : __builtin_trap())
#define STBI_MALLOC(bytes) arena->take(bytes)
#define STBI_REALLOC_SIZED(block, old_bytes, bytes) arena->resize(block, old_bytes, bytes)
#define STBI_FREE(block) arena->give_back(block)
#include <stb/stb_image.h>

namespace sand::domains {
namespace {

constexpr std::array<std::uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 3> kJpeg{0xff, 0xd8, 0xff};

bool begins_with(std::span<const std::uint8_t> file, std::span<const std::uint8_t> magic) {
  return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
}

std::uint32_t big_endian(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 | static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}

/// CRC-32 of ISO 3309, as PNG (chapter 5.5) has it; by table, eight bits at a time.
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

/// What is wrong with the chunks that matter (their names begin with a capital letter), up to IEND; nullptr if nothing is.
const char* png_damage(std::span<const std::uint8_t> file) {
  for (std::span<const std::uint8_t> rest = file.subspan(kPng.size()); rest.size() >= 12;) {
    const std::size_t length = big_endian(rest.data());
    if (length > rest.size() - 12) break;
    const std::span<const std::uint8_t> body = rest.subspan(4, 4 + length);  // name, data
    const bool matters = (body[0] & 0x20) == 0;
    if (matters && crc(body) != big_endian(&rest[8 + length])) return "a PNG with a wrong checksum: it is damaged";
    if (std::equal(body.begin(), body.begin() + 4, "IEND")) return nullptr;
    rest = rest.subspan(12 + length);
  }
  return "a PNG that ends too early";
}

constexpr const char* kTooManyPixels = "more than 40 million pixels";

Rgb failed(const char* why) {
  Rgb none;
  none.failure = why;
  return none;
}

}  // namespace

Rgb decode_rgb(std::span<const std::uint8_t> file, Arena& memory) noexcept {
  const bool png = begins_with(file, kPng);
  if (!png && !begins_with(file, kJpeg)) return failed("neither JPEG nor PNG");
  if (png) {
    if (const char* damage = png_damage(file)) return failed(damage);
    // Beyond a certain size stb_image says only that it does not know such images.
    if (file.size() >= 24 && std::uint64_t{big_endian(&file[16])} * big_endian(&file[20]) > kMostPixels) return failed(kTooManyPixels);
  }
  arena = &memory;
  const auto length = static_cast<int>(file.size());
  Rgb image;
  int channels = 0;
  if (stbi_info_from_memory(file.data(), length, &image.width, &image.height, &channels) == 0)
    return failed(png ? "a PNG with a broken header" : "a JPEG with a broken header");
  const std::int64_t pixels = static_cast<std::int64_t>(image.width) * image.height;
  if (pixels > kMostPixels) return failed(kTooManyPixels);
  // 16-bit RGBA, the hungriest, takes 25 bytes a pixel; a PNG that unpacks to more than its size says stops here.
  memory.limit((std::size_t{16} << 20) + 2 * file.size() + 32 * static_cast<std::size_t>(pixels));
  image.pixels = stbi_load_from_memory(file.data(), length, &image.width, &image.height, &channels, 3);
  if (image.pixels != nullptr) return image;
  return failed(memory.overflowed() ? "more memory needed than an image of its size may take" : stbi_failure_reason());
}

}  // namespace sand::domains
