// Resizes images in integer arithmetic: the same bytes on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/scalar.h"

namespace sand::domains {

/// The memory layout of an RGB image: [height, width, 3], [3, height, width] or a part of either.
struct RgbView {
  const std::uint8_t* first = nullptr;    ///< red of the pixel at the top left
  int width = 0, height = 0;              ///< each at least 1
  Index channel = 0, row = 0, pixel = 0;  ///< steps, in bytes

  static RgbView interleaved(const std::uint8_t* first, int width, int height) {
    return {first, width, height, 1, Index{3} * width, 3};
  }
  static RgbView planar(const std::uint8_t* first, int width, int height) {
    return {first, width, height, Index{width} * height, width, 1};
  }
};

/// Bytes of scratch memory that resize needs.
std::size_t resize_scratch(int width, int height, int side);

/// Resizes to `to` [3, side, side] with a triangle filter as wide as two pixels of the coarser grid: bilinear
/// for enlargement, an average without aliasing for reduction. At the border only pixels inside the image
/// count. Filters along rows, then along columns, and rounds each result to bytes: Pillow's BILINEAR, byte
/// for byte. `scratch` is aligned to 4 bytes.
void resize(const RgbView& from, int side, std::span<std::uint8_t> to, std::span<std::byte> scratch);

}  // namespace sand::domains
