// From the bytes of a JPEG or PNG file to pixels. For a Sandbox only: whatever is in the file, stb_image gets
// to see it, and its JPEG decoder is known to read and write out of bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "domains/decoder_memory.h"

namespace sand::domains {

inline constexpr std::int64_t kMostInARow = 65'536;      ///< pixels, or in a column
inline constexpr std::int64_t kMostPixels = 40'000'000;  ///< of an image

/// Pixels, or one phrase on why there are none.
struct Rgb {
  const std::uint8_t* pixels = nullptr;  ///< [height, width, 3], in the arena
  int width = 0, height = 0;
  const char* failure = nullptr;
};

/// Bytes of the arena that decode_rgb takes at most for this file, by its header; 0 for what it refuses by
/// its header. Reads no further and allocates nothing, so it may run outside of the sandbox.
std::size_t decode_memory(std::span<const std::uint8_t> file) noexcept;

/// What a file is shows from its content. Read are
/// - JPEGs, sequential or progressive, with Huffman codes and 8 bits a sample: grey, YCbCr, RGB, CMYK or
/// YCCK, told apart and
///   converted as libjpeg and Pillow do. Arithmetic coding, 12 bits, lossless, hierarchical and others are
///   refused by name. All image data must be there (jpeg_stream.h); litter before EOI or in its place does
///   not matter.
/// - PNGs of every colour type, depth and interlacing, with the checksums that stb_image passes over; alpha
/// is left out. Sizes are looked at before anything is decoded. Memory is the arena's; its limit is set to
/// decode_memory.
Rgb decode_rgb(std::span<const std::uint8_t> file, DecoderMemory& memory) noexcept;

}  // namespace sand::domains
