// The chunks of a PNG file: what its header says, and whether any of them is missing or damaged. No image
// data.
#pragma once

#include <cstdint>
#include <span>

namespace sand::domains {

struct PngHeader {
  std::uint32_t width = 0, height = 0;
  int depth = 0;     ///< bits a sample: 1, 2, 4, 8 or 16
  int channels = 0;  ///< as stored, 1 to 4; a palette's index is one
  bool palette = false, interlaced = false;
  bool transparent = false;       ///< one colour, or some of the palette, stands for nothing (tRNS)
  const char* failure = nullptr;  ///< one phrase on why it is not read
};

/// Of a file that begins with PNG's eight bytes, from its chunks before the image data.
PngHeader png_header(std::span<const std::uint8_t> file) noexcept;

/// What is wrong with the chunks that matter (their names begin with a capital letter), up to IEND: a wrong
/// checksum, an unknown name, an end before IEND; nullptr if nothing is.
const char* png_damage(std::span<const std::uint8_t> file) noexcept;

}  // namespace sand::domains
