// What a file is by its first bytes, whatever it is called.
#pragma once

#include <cstdint>
#include <span>

namespace sand::domains {

bool is_png(std::span<const std::uint8_t> file) noexcept;
bool is_jpeg(std::span<const std::uint8_t> file) noexcept;

/// Of a file that is neither: one phrase that says so, and what it looks like if that is a format often found
/// in its place.
const char* neither_jpeg_nor_png(std::span<const std::uint8_t> file) noexcept;

}  // namespace sand::domains
