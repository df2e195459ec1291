#include "domains/exif.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "domains/image_decoder.h"
#include "tests/domains/photos.h"
#include "tests/domains/test_jpegs.h"

using namespace sand::domains;

namespace {

/// A TIFF block with one tag: little- or big-endian.
Bytes tiff(int orientation, bool little = true, std::uint8_t tag = 0x12) {
  const auto value = static_cast<std::uint8_t>(orientation);
  if (little)
    return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, tag, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
  return {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, tag, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0};
}

const Bytes kExif = {'E', 'x', 'i', 'f', 0, 0};

Bytes jpeg_with(const Bytes& segments) {
  const Bytes plain = jpeg_file(8, 8, gradient(8, 8));
  return Bytes(plain.begin(), plain.begin() + 2) + segments + Bytes(plain.begin() + 2, plain.end());
}

Bytes png_with(const Bytes& chunks) {
  const Bytes plain = png_file(8, 8, gradient(8, 8));
  constexpr std::ptrdiff_t kAfterHeader = 8 + 25;
  return Bytes(plain.begin(), plain.begin() + kAfterHeader) + chunks +
         Bytes(plain.begin() + kAfterHeader, plain.end());
}

/// A picture of 2 x 2 pixels in three channels: a b / c d in the first.
Bytes turned(int orientation) {
  Bytes pixels{'a', 'b', 'c', 'd', 'A', 'B', 'C', 'D', 0, 1, 2, 3};
  turn_upright(pixels, 2, orientation);
  return pixels;
}

}  // namespace

TEST_CASE("The orientation is read from JPEG and PNG, in both byte orders") {
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (const bool little : {true, false}) {
      const Bytes block = tiff(orientation, little);
      CHECK(exif_orientation(jpeg_with(segment(0xe1, kExif + block))) == orientation);
      CHECK(exif_orientation(png_with(chunk("eXIf", block))) == orientation);
    }
}

TEST_CASE("A photo without a valid orientation is used as it is stored") {
  CHECK(exif_orientation(jpeg_file(8, 8, gradient(8, 8))) == 1);
  CHECK(exif_orientation(png_file(8, 8, gradient(8, 8))) == 1);
  CHECK(exif_orientation(Bytes{}) == 1);
  CHECK(exif_orientation(jpeg_with(segment(0xe1, kExif + tiff(9)))) == 1);
  CHECK(exif_orientation(jpeg_with(segment(0xe1, kExif + tiff(0)))) == 1);
  CHECK(exif_orientation(jpeg_with(segment(0xe1, kExif + tiff(6, true, 0x13)))) == 1);  // another tag
  CHECK(exif_orientation(jpeg_with(segment(0xe2, kExif + tiff(6)))) == 1);              // another segment
  Bytes other_type = tiff(6);
  other_type[12] = 4;
  CHECK(exif_orientation(jpeg_with(segment(0xe1, kExif + other_type))) == 1);
  Bytes far_away = tiff(6);
  far_away[7] = 0xff;
  CHECK(exif_orientation(jpeg_with(segment(0xe1, kExif + far_away))) == 1);
}

TEST_CASE("EXIF data that is cut anywhere gives an orientation and no crash") {
  const Bytes whole = kExif + tiff(6);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const int found = exif_orientation(jpeg_with(segment(0xe1, cut)));
    CHECK((found == 1 || (found == 6 && size + 4 >= whole.size())));
  }
  const Bytes file = jpeg_with(segment(0xe1, whole));
  for (std::size_t size = 0; size < file.size(); ++size) exif_orientation(std::span(file).first(size));
}

TEST_CASE("Every orientation turns the picture upright") {
  const auto first = [](int orientation) {
    const Bytes all = turned(orientation);
    return std::string(all.begin(), all.begin() + 4);
  };
  CHECK(first(1) == "abcd");
  CHECK(first(2) == "badc");
  CHECK(first(3) == "dcba");
  CHECK(first(4) == "cdab");
  CHECK(first(5) == "acbd");
  CHECK(first(6) == "cadb");  // stored with its top to the left: turned clockwise
  CHECK(first(7) == "dbca");
  CHECK(first(8) == "bdac");
  CHECK(turned(6) == Bytes{'c', 'a', 'd', 'b', 'C', 'A', 'D', 'B', 2, 0, 3, 1});
}

TEST_CASE("Photos are turned only if that is asked for, and a note counts those that are not") {
  Photos photos;
  photos.write("one/cat/a.png", png_with(chunk("eXIf", tiff(6))));
  photos.write("one/cat/b.png", png_with({}));
  const auto example = [&](std::uint32_t number) {
    const DataSet set = photos.read();
    std::vector<sand::Scalar> input(3 * 64);
    set.domains[0].read(number, input);
    return input;
  };
  const std::vector<sand::Scalar> stored = example(0);
  CHECK(stored == example(1));
  REQUIRE(!photos.notes.empty());
  CHECK(photos.notes[0] ==
        "1 photo is turned or mirrored by EXIF data, which are ignored as in DomainBed; --turn-photos uses "
        "them");
  photos.options.turn = true;
  photos.notes.clear();
  const std::vector<sand::Scalar> upright = example(0);
  CHECK(photos.notes.empty());
  for (std::size_t y = 0; y < 8; ++y)
    for (std::size_t x = 0; x < 8; ++x) CHECK(upright[8 * y + x] == stored[8 * (7 - x) + y]);
  CHECK(example(1) == stored);
}
