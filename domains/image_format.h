// The format of a file by its first bytes, whatever its name is.
#pragma once

#include <cstdint>
#include <span>

namespace sand::domains {

bool is_png(std::span<const std::uint8_t> file) noexcept;
bool is_jpeg(std::span<const std::uint8_t> file) noexcept;

/// For a file that is neither JPEG nor PNG: one phrase that says so, and that names the format if people
/// often store it in place of these.
const char* neither_jpeg_nor_png(std::span<const std::uint8_t> file) noexcept;

}  // namespace sand::domains
