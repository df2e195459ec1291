// Which way up a photo is: the orientation in its EXIF data.
#pragma once

#include <cstdint>
#include <span>

namespace sand::domains {

/// The orientation of a JPEG or PNG file: 1 to 8 (EXIF 2.3, tag 0x0112). 1, as stored, if the file has none
/// or its EXIF data is damaged. Allocates nothing.
int exif_orientation(std::span<const std::uint8_t> file) noexcept;

/// Turns and mirrors a square image [3, side, side] with this orientation so that it is upright.
void turn_upright(std::span<std::uint8_t> pixels, int side, int orientation);

}  // namespace sand::domains
