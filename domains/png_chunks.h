// The chunks of a PNG file: reads the header and finds missing or damaged chunks. No image data.
#pragma once

#include <cstdint>
#include <span>

namespace sand::domains {

struct PngHeader {
  std::uint32_t width = 0, height = 0;
  int depth = 0;     ///< bits a sample: 1, 2, 4, 8 or 16
  int channels = 0;  ///< as stored, 1 to 4; a palette index is one channel
  bool palette = false, interlaced = false;
  bool transparent = false;       ///< one colour, or some of the palette, is transparent (tRNS)
  const char* failure = nullptr;  ///< one phrase: why it is rejected
};

/// Reads the header of a file that begins with PNG's eight bytes, from its chunks before the image data.
PngHeader png_header(std::span<const std::uint8_t> file) noexcept;

/// What is wrong with the critical chunks (names with a capital first letter) up to IEND: a wrong checksum,
/// an unknown name, an end before IEND. Returns nullptr if nothing is wrong.
const char* png_damage(std::span<const std::uint8_t> file) noexcept;

/// The EXIF data of a PNG (eXIf); empty if it has none before IEND.
std::span<const std::uint8_t> png_exif(std::span<const std::uint8_t> file) noexcept;

}  // namespace sand::domains
