#include "domains/jpeg_stream.h"

#include <doctest/doctest.h>

#include <numeric>

#include "domains/decode_rgb.h"
#include "tests/domains/test_jpegs.h"

using namespace sand::domains;

namespace {

const std::string kLacking = "a JPEG that lacks image data: it was cut, or lost a part";
const std::string kOutOfOrder = "a JPEG with a missing, doubled or misplaced scan";
const Bytes kSoi{0xff, 0xd8}, kEoi{0xff, 0xd9};

std::span<std::byte> decoder_room() {
  static std::vector<std::byte> bytes(16 << 20);
  return bytes;
}

/// The reason for a refusal, "" if the picture is read.
std::string refusal(const Bytes& file) {
  sand::domains::DecoderMemory memory(decoder_room());
  const Rgb image = decode_rgb(file, memory);
  return image.failure ? image.failure : "";
}

Bytes pixels(const Bytes& file) {
  sand::domains::DecoderMemory memory(decoder_room());
  const Rgb image = decode_rgb(file, memory);
  if (image.failure) return {};
  return Bytes(image.pixels, image.pixels + 3 * image.width * image.height);
}

/// Positions of the SOS markers, then of EOI.
std::vector<std::size_t> scans_of(const Bytes& file) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; (at = place_of({0xff, 0xda}, file, at)) < file.size(); ++at) places.push_back(at);
  places.push_back(file.size() - 2);
  return places;
}

Bytes baseline() { return jpeg_file(40, 24, gradient(40, 24)); }

// A grey progressive JPEG of one block: all its tables have one code, 0, for the end of the block.
Bytes one_block() {
  return kSoi + segment(0xdb, Bytes{0} + Bytes(64, 1)) + segment(0xc2, {8, 0, 8, 0, 8, 1, 7, 0x11, 0}) +
         segment(0xc4, Bytes{0x00, 1} + Bytes(16)) + segment(0xc4, Bytes{0x10, 1} + Bytes(16));
}
Bytes scan(int first, int last, int high, int low) {
  return segment(0xda, {1, 7, 0, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last),
                        static_cast<std::uint8_t>(high << 4 | low)}) +
         Bytes{0x7f};
}

}  // namespace

TEST_CASE("A JPEG that is cut anywhere lacks image data, unless it only lacks EOI") {
  for (const Bytes& file : {baseline(), jpeg_file(8, 8, gradient(8, 8, 1), 1), kGreyProgressive, kCmyk,
                            kProgressive, kThreeScans}) {
    const Bytes whole = pixels(file);
    REQUIRE(!whole.empty());
    for (std::size_t length = 3; length + 2 < file.size(); ++length)
      CHECK_MESSAGE(refusal(first(length, file)) == kLacking, "cut at " << length << " of " << file.size());
    CHECK(pixels(first(file.size() - 2, file)) == whole);
    CHECK(pixels(first(file.size() - 1, file)) == whole);
  }
}

TEST_CASE("A JPEG that is cut lacks image data also where EOI was put behind the cut") {
  for (const Bytes& file : {baseline(), kGreyProgressive, kCmyk, kProgressive, kThreeScans})
    for (std::size_t length = 3; length + 2 < file.size(); ++length)
      CHECK_MESSAGE(refusal(first(length, file) + kEoi) != "", "cut at " << length << " of " << file.size());
}

TEST_CASE("Bytes before EOI or in its place change no pixel") {
  Bytes trailer(256);
  std::iota(trailer.begin(), trailer.end(), std::uint8_t{0});
  for (const Bytes& file : {baseline(), kGreyProgressive, kCmyk, kProgressive, kThreeScans}) {
    const Bytes whole = pixels(file), data = first(file.size() - 2, file);
    CHECK(pixels(data + Bytes{0, 0}) == whole);
    CHECK(pixels(data + Bytes{0xff, 0, 0xff, 0} + kEoi) == whole);
    CHECK(pixels(data + Bytes{0xff, 0xd1} + kEoi) == whole);
    CHECK(pixels(data + Bytes{0xff, 0xff, 0xff} + kEoi) == whole);
    CHECK(pixels(data + trailer) == whole);
    CHECK(pixels(data + kCmyk) == whole);
    CHECK(pixels(file + trailer) == whole);
  }
}

TEST_CASE("Bytes between two scans change no pixel") {
  for (const Bytes& file : {kProgressive, kThreeScans}) {
    const std::size_t second = place_of({0xff, 0xc4}, file, scans_of(file)[0]);
    for (const Bytes& litter : {Bytes{0, 0, 0}, Bytes{0xff, 0}, Bytes{0xff, 0xd3}, segment(0xe1, Bytes(10)),
                                segment(0xfe, Bytes(1))})
      CHECK(pixels(first(second, file) + litter + from(second, file)) == pixels(file));
  }
}

TEST_CASE("A JPEG with a missing scan is refused even with EOI") {
  for (const Bytes& file : {kGreyProgressive, kProgressive, kThreeScans}) {
    const std::vector<std::size_t> scans = scans_of(file);
    for (std::size_t i = 0; i + 1 < scans.size(); ++i) {
      const std::size_t tables = place_of({0xff, 0xc4}, file, scans[i]);  // of the next scan
      const std::string why = refusal(without(scans[i], std::min(tables, scans[i + 1]), file));
      CHECK_MESSAGE((why == kLacking || why == kOutOfOrder), "scan " << i << ": " << why);
    }
  }
}

TEST_CASE("A progressive JPEG with EOI may omit coefficients") {
  CHECK(refusal(one_block() + scan(0, 0, 0, 0) + scan(1, 5, 0, 0) + kEoi) == "");
  CHECK(refusal(one_block() + scan(0, 0, 0, 0) + scan(1, 5, 0, 0)) == kLacking);
  CHECK(refusal(one_block() + scan(0, 0, 0, 0) + scan(1, 63, 0, 0)) == "");
  CHECK(refusal(one_block() + scan(0, 0, 0, 0) + scan(1, 63, 0, 1) + kEoi) == kLacking);
  CHECK(refusal(one_block() + scan(0, 0, 0, 0) + scan(1, 63, 0, 1) + scan(1, 63, 1, 0)) == "");
}

TEST_CASE("A scan that is repeated, skips a bit or precedes the DC scan of its blocks is refused") {
  CHECK(refusal(one_block() + scan(0, 0, 0, 0) + scan(0, 0, 0, 0) + kEoi) == kOutOfOrder);
  CHECK(refusal(one_block() + scan(0, 0, 0, 2) + scan(0, 0, 1, 0) + kEoi) == kOutOfOrder);
  CHECK(refusal(one_block() + scan(1, 63, 0, 0) + scan(0, 0, 0, 0) + kEoi) == kOutOfOrder);
}

TEST_CASE("A missing or misplaced restart marker means missing data") {
  const std::size_t restart = place_of({0xff, 0xd0}, kThreeScans);
  Bytes changed = kThreeScans;
  changed[restart + 1] = 0xd1;
  CHECK(refusal(changed) == kLacking);
  CHECK(refusal(without(restart, restart + 2, kThreeScans)) != "");
}

TEST_CASE("Excessive numbers of scans and tables are refused early") {
  Bytes many = one_block() + scan(0, 0, 0, 0);
  for (int k = 1; k < 64; ++k) many = many + scan(k, k, 0, 2);
  for (int k = 1; k < 37; ++k) many = many + scan(k, k, 2, 1);
  CHECK(refusal(many + kEoi) == kLacking);
  CHECK(refusal(many + scan(37, 37, 2, 1) + kEoi) == "a JPEG of more than 100 scans");
  Bytes tables;
  for (int i = 0; i < 1000; ++i) tables = tables + segment(0xc4, Bytes{0x00, 1} + Bytes(16));
  CHECK(refusal(one_block() + tables + scan(0, 0, 0, 0) + kEoi) ==
        "a JPEG of more than 1,000 tables of codes");
}

TEST_CASE("A valid JPEG of an unsupported kind is refused with the name of the kind") {
  const auto with = [](std::size_t behind_marker, std::uint8_t value) {
    Bytes file = baseline();
    file[place_of({0xff, 0xc0}, file) + behind_marker] = value;
    return refusal(file);
  };
  CHECK(with(1, 0xc9) == "a JPEG with arithmetic coding, which is not supported");
  CHECK(with(1, 0xca) == "a JPEG with arithmetic coding, which is not supported");
  CHECK(with(1, 0xc3) == "a lossless JPEG, which is not supported");
  CHECK(with(1, 0xcb) == "a lossless JPEG, which is not supported");
  CHECK(with(1, 0xf7) == "a JPEG-LS, which is not supported");
  for (const std::uint8_t marker : {0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf, 0xde})
    CHECK(with(1, marker) == "a hierarchical JPEG, which is not supported");
  CHECK(with(4, 12) == "a JPEG of 12 bits a sample, which is not supported");
  CHECK(with(4, 9) == "a JPEG with a broken header");
  CHECK(with(6, 0) == "a JPEG that gives its height after its first scan, which is not supported");
  CHECK(with(11, 0x02) == "a JPEG with a broken header");
  CHECK(refusal(kSoi + segment(0xc0, {8, 0, 8, 0, 8, 3, 1, 0x31, 0, 2, 0x21, 0, 3, 0x11, 0}) +
                segment(0xda, {})) == "a JPEG of fractional sampling factors, which is not supported");
  CHECK(refusal(kSoi + segment(0xc0, {8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0}) + segment(0xda, {})) ==
        "a JPEG of neither 1, 3 nor 4 components, which is not supported");
}

TEST_CASE("A JPEG without the tables that its scans need is refused") {
  CHECK(refusal(kSoi + segment(0xc2, {8, 0, 8, 0, 8, 1, 7, 0x11, 0}) + scan(0, 0, 0, 0)) ==
        "a JPEG without its table of quantisation");
  CHECK(refusal(kSoi + segment(0xdb, Bytes{0} + Bytes(64, 1)) +
                segment(0xc2, {8, 0, 8, 0, 8, 1, 7, 0x11, 0}) + scan(0, 0, 0, 0)) ==
        "a JPEG without its tables of codes");
}

TEST_CASE("A progressive JPEG whose quantization tables change between scans is refused") {
  CHECK(
      refusal(one_block() + scan(0, 0, 0, 0) + segment(0xdb, Bytes{0} + Bytes(64, 2)) + scan(1, 63, 0, 0)) ==
      "a JPEG whose quantisation changes between scans, which is not supported");
}

TEST_CASE(
    "Four components are CMYK without Adobe's marker or with transform 0, else YCCK, as libjpeg reads them") {
  const std::size_t marker = place_of({0xff, 0xee}, kCmyk), transform = marker + 15;
  REQUIRE(kCmyk[transform] == 0);
  const auto colour = [&](const Bytes& file) { return first(3, pixels(file)); };
  const Bytes cmyk = {241, 47, 47};
  CHECK(colour(kCmyk) == cmyk);
  CHECK(colour(without(marker, marker + 16, kCmyk)) == cmyk);
  for (const std::uint8_t odd : {1, 2, 3, 255}) {
    Bytes ycck = kCmyk;
    ycck[transform] = odd;
    CHECK(colour(ycck) == Bytes{116, 0, 145});
  }
}

TEST_CASE(
    "Three components are RGB by Adobe's marker or their names, but YCbCr behind a JFIF header, as libjpeg "
    "reads them") {
  const Bytes file = jpeg_file(8, 8, [] {
    Bytes all;
    for (int i = 0; i < 64; ++i) all = all + Bytes{200, 40, 60};
    return all;
  }());
  const std::size_t jfif = place_of({0xff, 0xe0}, file), tables = place_of({0xff, 0xdb}, file);
  const auto renamed = [](Bytes jpeg) {
    const std::size_t frame = place_of({0xff, 0xc0}, jpeg) + 10, scan = place_of({0xff, 0xda}, jpeg) + 5;
    for (std::size_t c = 0; c < 3; ++c)
      jpeg[frame + 3 * c] = jpeg[scan + 2 * c] = static_cast<std::uint8_t>("RGB"[c]);
    return jpeg;
  };
  const auto is_rgb = [&](const Bytes& jpeg) {
    const Bytes found = pixels(jpeg);  // as they are stored: Y 90, Cb 111, Cr 206
    REQUIRE(!found.empty());
    return std::abs(found[0] - 90) < 3 && std::abs(found[1] - 111) < 3 && std::abs(found[2] - 206) < 3;
  };
  const auto adobe = [](std::uint8_t transform) {
    return segment(0xee, {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform});
  };
  const Bytes bare = without(jfif, tables, file);
  CHECK_FALSE(is_rgb(file));
  CHECK_FALSE(is_rgb(bare));
  CHECK(is_rgb(kSoi + adobe(0) + from(2, bare)));
  CHECK_FALSE(is_rgb(kSoi + adobe(1) + from(2, bare)));
  CHECK_FALSE(is_rgb(kSoi + adobe(2) + from(2, bare)));
  CHECK(is_rgb(renamed(bare)));
  CHECK_FALSE(is_rgb(renamed(file)));
  CHECK_FALSE(is_rgb(kSoi + adobe(1) + from(2, renamed(bare))));
  CHECK_FALSE(is_rgb(kSoi + adobe(0) + from(2, file)));
}

TEST_CASE("The tidy copy is a JPEG that is its own tidy copy") {
  for (const Bytes& file : {baseline(), kGreyProgressive, kCmyk, kProgressive, kThreeScans}) {
    sand::domains::DecoderMemory memory(decoder_room());
    const JpegHeader header = jpeg_header(file);
    const TidyJpeg once = tidy_jpeg(file, header, memory);
    REQUIRE(once.failure == nullptr);
    const TidyJpeg twice = tidy_jpeg(once.stream, jpeg_header(once.stream), memory);
    REQUIRE(twice.failure == nullptr);
    CHECK(std::equal(once.stream.begin(), once.stream.end(), twice.stream.begin(), twice.stream.end()));
  }
}
