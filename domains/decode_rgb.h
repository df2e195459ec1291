// From the bytes of a JPEG or PNG file to pixels. For a Sandbox only: whatever is in the file, stb_image gets to see it, and
// its JPEG decoder is known to read and write out of bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "domains/arena.h"

namespace sand::domains {

inline constexpr std::int64_t kMostInARow = 65'536;      ///< pixels, or in a column
inline constexpr std::int64_t kMostPixels = 40'000'000;  ///< of an image

/// Pixels, or one phrase on why there are none.
struct Rgb {
  const std::uint8_t* pixels = nullptr;  ///< [height, width, 3], in the arena
  int width = 0, height = 0;
  const char* failure = nullptr;
};

/// Bytes of the arena that decode_rgb takes at most for this file, by its header; 0 for what it refuses by its header. Reads no
/// further and allocates nothing, so it may run outside of the sandbox.
std::size_t decode_memory(std::span<const std::uint8_t> file) noexcept;

/// Decodes a JPEG (also progressive, CMYK, grey) or PNG (also 16 bit, palette, grey); an alpha channel is left out. What it is
/// shows from its content. Before anything is decoded its size is looked at, and the checksums of a PNG, which stb_image
/// passes over. Memory is the arena's; its limit is set to what an image of that size may need.
Rgb decode_rgb(std::span<const std::uint8_t> file, Arena& memory) noexcept;

}  // namespace sand::domains
