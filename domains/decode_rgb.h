// Decodes the bytes of a JPEG or PNG file to pixels. Only for a Sandbox: stb_image reads untrusted bytes, and
// its JPEG decoder is known to read and write out of bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "domains/decoder_memory.h"

namespace sand::domains {

inline constexpr std::int64_t kMostInARow = 65'536;      ///< pixels in a row or column
inline constexpr std::int64_t kMostPixels = 40'000'000;  ///< pixels in an image

/// Pixels, or a phrase that says why there are none.
struct Rgb {
  const std::uint8_t* pixels = nullptr;  ///< [height, width, 3], in the arena
  int width = 0, height = 0;
  const char* failure = nullptr;
};

/// Upper bound on the bytes of the arena that decode_rgb takes for this file, computed from its header; 0 if
/// the header is rejected. Reads only the header and allocates nothing, so it can run outside the sandbox.
std::size_t decode_memory(std::span<const std::uint8_t> file) noexcept;

/// The content decides the type of a file. Supported:
/// - JPEG, sequential or progressive, with Huffman codes and 8 bits a sample: grey, YCbCr, RGB, CMYK or YCCK,
///   distinguished and converted as in libjpeg and Pillow. Arithmetic coding, 12 bits, lossless, hierarchical
///   and other kinds are rejected by name. All image data must be present (jpeg_stream.h). Extra bytes before
///   EOI or in its place are ignored.
/// - PNG of every colour type, depth and interlacing. Checksums are verified; stb_image ignores them. Alpha
///   is dropped.
/// Sizes are checked before decoding. Memory comes from the arena; its limit is set to decode_memory.
Rgb decode_rgb(std::span<const std::uint8_t> file, DecoderMemory& memory) noexcept;

}  // namespace sand::domains
