#include "domains/resize.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/fingerprint.h"

using sand::domains::resize;
using sand::domains::resize_scratch;
using sand::domains::RgbView;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// [height, width, 3], edges and slopes of every kind.
Bytes pattern(int width, int height) {
  Bytes image;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        const int square = (x / 9 + y / 5) % 2 != 0 && c != 1 ? 255 : 0;
        image.push_back(
            static_cast<std::uint8_t>(x * x * 3 + y * 7 * (c + 1) + x * y / 3 * (c + 2) + square));
      }
  return image;
}

Bytes resized(const RgbView& from, int side) {
  Bytes to(static_cast<std::size_t>(3 * side * side));
  std::vector<std::byte> scratch(resize_scratch(from.width, from.height, side));
  resize(from, side, to, scratch);
  return to;
}

Bytes resized(const Bytes& image, int width, int height, int side) {
  return resized(RgbView::interleaved(image.data(), width, height), side);
}

}  // namespace

TEST_CASE("Images are resized to Pillow's bytes") {
  struct Case {
    int width, height, side;
    const char* pillow;  // 9.4, Image.resize(..., BILINEAR), as [3, side, side]
  };
  for (const auto& [width, height, side, pillow] :
       {Case{227, 131, 64, "8f285bc4afa4ca6d"}, Case{20, 30, 64, "a49ba1321a02e43e"},
        Case{64, 64, 64, "fc41e04c00c69fa3"}, Case{1, 1, 8, "ab0c262759a1d225"},
        Case{1000, 3, 8, "a222f2d2b804f8c8"}}) {
    const Bytes image = resized(pattern(width, height), width, height, side);
    CHECK(sand::Fingerprint().add(std::span<const std::uint8_t>(image)).text() == pillow);
  }
}

TEST_CASE("A new pixel is the average under a triangle over the old ones") {
  const int width = 50, height = 21, side = 16;
  const Bytes image = pattern(width, height), small = resized(image, width, height, side);
  const auto triangle = [](int i, double j, int size) {
    return std::max(0.0, 1 - std::fabs(j + 0.5 - (i + 0.5) * size / side) * side / size);
  };
  for (int channel = 0; channel < 3; ++channel)
    for (int v = 0; v < side; ++v)
      for (int u = 0; u < side; ++u) {
        double sum = 0, weights = 0;
        for (int y = 0; y < height; ++y)
          for (int x = 0; x < width; ++x) {
            const double weight = triangle(u, x, width) * triangle(v, y, height);
            sum += weight * image[static_cast<std::size_t>(3 * (y * width + x) + channel)];
            weights += weight;
          }
        CHECK(std::fabs(small[static_cast<std::size_t>((channel * side + v) * side + u)] - sum / weights) <
              1.01);  // rounded twice
      }
}

TEST_CASE("An image of the target size is unchanged, and a uniform image stays uniform") {
  const Bytes image = pattern(16, 16), same = resized(image, 16, 16, 16);
  for (std::size_t i = 0; i < 256; ++i)
    for (std::size_t c = 0; c < 3; ++c) CHECK(same[256 * c + i] == image[3 * i + c]);
  for (const int shade : {0, 1, 128, 255})
    for (const int width : {1, 7, 8, 9, 333}) {
      const Bytes plain = resized(
          Bytes(static_cast<std::size_t>(3 * width * 5), static_cast<std::uint8_t>(shade)), width, 5, 8);
      CHECK(std::count(plain.begin(), plain.end(), shade) == 3 * 64);
    }
}

TEST_CASE("A part of a planar image is resized like an image of its own") {
  const Bytes image = pattern(24, 24);
  Bytes planar(image.size()), part;
  for (std::size_t i = 0; i < 576; ++i)
    for (std::size_t c = 0; c < 3; ++c) planar[576 * c + i] = image[3 * i + c];
  for (std::size_t y = 5; y < 5 + 13; ++y)
    part.insert(part.end(), image.begin() + static_cast<long>(3 * (24 * y + 3)),
                image.begin() + static_cast<long>(3 * (24 * y + 3 + 17)));
  RgbView view = RgbView::planar(planar.data(), 24, 24);
  view.first += 5 * view.row + 3 * view.pixel;
  view.width = 17;
  view.height = 13;
  CHECK(resized(view, 16) == resized(part, 17, 13, 16));
}

TEST_CASE("resize stays within its scratch memory and writes only the image") {
  for (const int width : {1, 2, 8, 63, 64, 65, 1000, 65536})
    for (const int height : {1, 9, 100})
      for (const int side : {8, 64}) {
        const Bytes image(static_cast<std::size_t>(3 * width * height), 9);
        const std::size_t bytes = resize_scratch(width, height, side),
                          pixels = static_cast<std::size_t>(3 * side * side);
        std::vector<std::byte> scratch(bytes + 64, std::byte{0x5a});
        Bytes to(pixels + 64, 0x5a);
        resize(RgbView::interleaved(image.data(), width, height), side, std::span(to).first(pixels),
               std::span(scratch).first(bytes));
        CHECK(std::count(scratch.end() - 64, scratch.end(), std::byte{0x5a}) == 64);
        CHECK(std::count(to.end() - 64, to.end(), 0x5a) == 64);
      }
}
