#include "domains/decode_rgb.h"

#include <doctest/doctest.h>

#include "tests/domains/test_images.h"

using namespace sand::domains;

namespace {

constexpr std::size_t kDecodedPixels = 1000 * 500;

/// Lines of zeros for 1000 x 500 pixels with this number of bits.
Bytes lines_of(std::size_t bits) { return Bytes(500 * (1 + 1000 * bits / 8)); }

}  // namespace

TEST_CASE(
    "An image takes no more memory than its header foretells, and that is not much more than it takes") {
  std::vector<std::byte> room(64 << 20);
  const Bytes noise = [] {
    Bytes bytes;
    for (std::size_t i = 0; i < 3 * kDecodedPixels; ++i)
      bytes.push_back(static_cast<std::uint8_t>(i * i * 2654435761 >> 13));
    return bytes;
  }();
  for (const auto& [file, bytes_a_pixel] : {std::pair{png_of(1000, 500, 8, 0, lines_of(8)), 6.},
                                            {png_of(1000, 500, 1, 0, lines_of(1)), 5.},
                                            {png_of(1000, 500, 8, 3, lines_of(8), {1, 2, 3}), 6.},
                                            {png_of(1000, 500, 8, 2, lines_of(24)), 9.},
                                            {png_of(1000, 500, 8, 6, lines_of(32)), 12.},
                                            {png_of(1000, 500, 8, 6, lines_of(32) + Bytes(1000), {}, 1), 16.},
                                            {png_of(1000, 500, 16, 0, lines_of(16)), 15.},
                                            {png_of(1000, 500, 16, 6, lines_of(64)), 24.},
                                            {png_file(1000, 500, noise), 9.},
                                            {jpeg_file(1000, 500, noise), 7.},
                                            {jpeg_file(1000, 500, Bytes(kDecodedPixels), 1), 7.}}) {
    sand::domains::DecoderMemory memory(room);
    REQUIRE(decode_rgb(file, memory).failure == nullptr);
    const std::size_t foretold = decode_memory(file);
    CHECK(memory.most_used() <= foretold);
    CHECK(static_cast<double>(foretold) <
          bytes_a_pixel * kDecodedPixels + 2. * static_cast<double>(file.size()) + (2 << 20));
  }
}

TEST_CASE("A file that its header rules out has a memory estimate of 0") {
  CHECK(decode_memory({}) == 0);
  CHECK(decode_memory(Bytes{0xff, 0xd8, 0xff}) == 0);
  CHECK(decode_memory(Bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}) == 0);
  CHECK(decode_memory(png_of(8000, 5001, 8, 2, Bytes(100))) == 0);
  CHECK(decode_memory(png_of(0xffffffff, 0xffffffff, 16, 6, Bytes(100))) == 0);
}

TEST_CASE("An image with 16 bits per sample and alpha becomes 8-bit RGB from the high bytes") {
  Bytes lines;
  for (int y = 0; y < 8; ++y) {
    lines.push_back(0);
    for (int x = 0; x < 8; ++x)
      for (int c = 0; c < 4; ++c) lines = lines + Bytes{static_cast<std::uint8_t>(30 * c + 3 * x + y), 77};
  }
  std::vector<std::byte> room(4 << 20);
  sand::domains::DecoderMemory memory(room);
  const Rgb image = decode_rgb(png_of(8, 8, 16, 6, lines), memory);
  REQUIRE(image.failure == nullptr);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x)
      for (int c = 0; c < 3; ++c) CHECK(image.pixels[3 * (8 * y + x) + c] == 30 * c + 3 * x + y);
}

TEST_CASE("A PNG with an unknown critical chunk is refused, and Apple's variant by name") {
  std::vector<std::byte> room(4 << 20);
  const Bytes good = png_file(8, 8, gradient(8, 8));
  const auto refusal = [&](const char* name) {
    sand::domains::DecoderMemory memory(room);
    const Bytes head(good.begin(), good.begin() + 8), rest(good.begin() + 8, good.end());
    const Rgb image = decode_rgb(head + chunk(name, Bytes(4)) + rest, memory);
    return std::string(image.failure ? image.failure : "");
  };
  CHECK(refusal("CgBI") == "a PNG of Apple's own kind (CgBI), which is not supported");
  CHECK(refusal("OWNS") == "a PNG with an unknown critical chunk, which is not supported");
}
