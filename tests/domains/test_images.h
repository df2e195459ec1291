// Images made for tests: whole files in memory, good ones and broken ones.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

#include "tests/domains/bytes.h"

namespace sand::domains {

/// [height, width, channels] without any symmetry, smooth enough for JPEG.
inline Bytes gradient(int width, int height, int channels = 3) {
  Bytes pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.push_back(
            static_cast<std::uint8_t>(20 + 200 * (c % 2 == 0 ? x : y) / (width + height) + 10 * c));
  return pixels;
}

inline Bytes png_file(int width, int height, const Bytes& pixels, int channels = 3) {
  int size = 0;
  unsigned char* file =
      stbi_write_png_to_mem(pixels.data(), width * channels, width, height, channels, &size);
  Bytes bytes(file, file + size);
  std::free(file);
  return bytes;
}

inline Bytes jpeg_file(int width, int height, const Bytes& pixels, int channels = 3) {
  Bytes file;
  const auto append = [](void* to, void* data, int size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    static_cast<Bytes*>(to)->insert(static_cast<Bytes*>(to)->end(), bytes, bytes + size);
  };
  stbi_write_jpg_to_func(append, &file, width, height, channels, pixels.data(), 95);
  return file;
}

inline Bytes big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

/// A chunk of a PNG, with its checksum.
inline Bytes chunk(std::string_view name, const Bytes& data) {
  Bytes body = Bytes(name.begin(), name.end()) + data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(stbiw__crc32(body.data(), static_cast<int>(body.size())));
}

/// A PNG of these chunks: `lines` are its scanlines, each after a byte for its filter.
inline Bytes png_of(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t colour_type,
                    const Bytes& lines, const Bytes& palette = {}, std::uint8_t interlaced = 0) {
  int size = 0;
  unsigned char* packed =
      stbi_zlib_compress(const_cast<std::uint8_t*>(lines.data()), static_cast<int>(lines.size()), &size, 8);
  const Bytes data(packed, packed + size);
  std::free(packed);
  const Bytes header = big_endian(width) + big_endian(height) + Bytes{depth, colour_type, 0, 0, interlaced};
  return Bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'} + chunk("IHDR", header) +
         (palette.empty() ? Bytes{} : chunk("PLTE", palette)) + chunk("IDAT", data) + chunk("IEND", {});
}

inline Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  return bytes;
}

}  // namespace sand::domains
