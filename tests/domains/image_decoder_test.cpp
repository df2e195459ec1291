#include "domains/image_decoder.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tensor/error.h"
#include "tests/domains/test_jpegs.h"

using namespace sand::domains;

namespace {

namespace fs = std::filesystem;

/// Writes files into a folder of its own, and decodes them at 8 x 8.
struct Desk {
  fs::path folder = fs::temp_directory_path() / ("sandgrad_image_test_" + std::to_string(::getpid()));
  ImageDecoder decoder{8};
  Bytes pixels = Bytes(3 * 8 * 8);  // [3, 8, 8]

  Desk() { fs::create_directories(folder); }
  ~Desk() { fs::remove_all(folder); }

  fs::path write(const Bytes& bytes, const std::string& name = "image.png") const {
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return folder / name;
  }
  std::string decode(const Bytes& bytes) { return decoder.decode(write(bytes), pixels); }

  /// Decodes to the given [8, 8, 3], up to `tolerance`.
  bool shows(const Bytes& file, const Bytes& expected, int tolerance = 0) {
    if (const std::string why = decode(file); !why.empty()) {
      MESSAGE(why);
      return false;
    }
    for (std::size_t i = 0; i < 64; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        if (std::abs(pixels[64 * c + i] - expected[3 * i + c]) > tolerance) return false;
    return true;
  }
};

/// The pixels with one channel as red, green and blue.
Bytes as_rgb(const Bytes& grey) {
  Bytes rgb;
  for (const std::uint8_t shade : grey) rgb.insert(rgb.end(), 3, shade);
  return rgb;
}

}  // namespace

TEST_CASE("A PNG is decoded exactly, a JPEG nearly") {
  Desk desk;
  const Bytes image = gradient(8, 8);
  CHECK(desk.shows(png_file(8, 8, image), image));
  CHECK(desk.shows(jpeg_file(8, 8, image), image, 6));
}

TEST_CASE("Images of other sizes are resized to the requested side") {
  Desk desk;
  const Bytes file = png_file(100, 37, Bytes(3 * 100 * 37, 77));
  CHECK(desk.shows(file, Bytes(3 * 64, 77)));
  CHECK(desk.shows(png_file(1, 1, {1, 2, 3}), [] {
    Bytes all;
    for (int i = 0; i < 64; ++i) all = all + Bytes{1, 2, 3};
    return all;
  }()));
  ImageDecoder large(512);
  Bytes pixels(3 * 512 * 512);
  CHECK(large.decode(desk.write(file), pixels) == "");
  CHECK(pixels == Bytes(3 * 512 * 512, 77));
}

TEST_CASE("Grey images, an alpha channel, a palette and 16 bits become red, green and blue") {
  Desk desk;
  const Bytes grey = gradient(8, 8, 1);
  CHECK(desk.shows(png_file(8, 8, grey, 1), as_rgb(grey)));
  Bytes with_alpha, rgba, expected_rgb = gradient(8, 8);
  for (std::size_t i = 0; i < 64; ++i) {
    with_alpha = with_alpha + Bytes{grey[i], static_cast<std::uint8_t>(3 * i)};
    rgba = rgba + Bytes{expected_rgb[3 * i], expected_rgb[3 * i + 1], expected_rgb[3 * i + 2],
                        static_cast<std::uint8_t>(3 * i)};
  }
  CHECK(desk.shows(png_file(8, 8, with_alpha, 2), as_rgb(grey)));
  CHECK(desk.shows(png_file(8, 8, rgba, 4), expected_rgb));

  Bytes indices, colours, deep;
  for (int y = 0; y < 8; ++y) {
    indices.push_back(0);
    deep.push_back(0);
    for (int x = 0; x < 8; ++x) {
      indices.push_back(static_cast<std::uint8_t>(x % 2));
      colours = colours + (x % 2 == 0 ? Bytes{200, 40, 60} : Bytes{10, 220, 30});
      for (int c = 0; c < 3; ++c)
        deep = deep + Bytes{expected_rgb[static_cast<std::size_t>(3 * (8 * y + x) + c)], 99};
    }
  }
  CHECK(desk.shows(png_of(8, 8, 8, 3, indices, {200, 40, 60, 10, 220, 30}), colours));
  CHECK(desk.shows(png_of(8, 8, 16, 2, deep), expected_rgb));
}

TEST_CASE("Progressive and CMYK JPEGs are decoded") {
  Desk desk;
  Bytes shades;
  for (int y = 0; y < 8; ++y) shades = shades + Bytes{38, 32, 52, 8, 248, 204, 224, 218};
  CHECK(desk.shows(kGreyProgressive, as_rgb(shades), 2));
  Bytes red;
  for (int i = 0; i < 64; ++i) red = red + Bytes{241, 47, 47};
  CHECK(desk.shows(kCmyk, red, 2));
}

TEST_CASE("The content decides the format of a file, not its name") {
  Desk desk;
  CHECK(desk.decoder.decode(desk.write(png_file(8, 8, gradient(8, 8)), "png.jpg"), desk.pixels) == "");
  CHECK(desk.decoder.decode(desk.write(jpeg_file(8, 8, gradient(8, 8)), "jpeg.png"), desk.pixels) == "");
  CHECK(desk.decode(Bytes(100, 'x')) == "it cannot be decoded: neither JPEG nor PNG");
  CHECK(desk.decode({'G', 'I', 'F', '8', '9', 'a'}) ==
        "it cannot be decoded: neither JPEG nor PNG: it looks like a GIF");
}

TEST_CASE("A PNG that is cut anywhere is refused") {
  Desk desk;
  const Bytes file = png_file(40, 40, gradient(40, 40));
  for (std::size_t length = 8; length < file.size(); length += length < 60 ? 1 : file.size() / 16)
    CHECK(desk.decode(first(length, file)) == "it cannot be decoded: a PNG that ends too early");
  CHECK(desk.decode(first(file.size() - 1, file)) == "it cannot be decoded: a PNG that ends too early");
}

TEST_CASE("Any changed byte in the chunks of a PNG is refused") {
  Desk desk;
  const Bytes file = png_file(8, 8, gradient(8, 8));
  for (std::size_t at = 8; at < file.size(); ++at) {
    Bytes changed = file;
    changed[at] ^= 1;
    CHECK_MESSAGE(desk.decode(changed).rfind("it cannot be decoded: a PNG", 0) == 0, "byte " << at);
  }
}

TEST_CASE("Any changed JPEG gives a picture or a reason, and the next good image is decoded as usual") {
  Desk desk;
  const Bytes good = png_file(8, 8, gradient(8, 8));
  std::set<std::string> reasons;
  for (const Bytes& file : {jpeg_file(16, 16, gradient(16, 16)), kGreyProgressive, kCmyk, kProgressive})
    for (std::size_t at = 2; at < file.size(); ++at)
      for (const int mask : {0x01, 0x80, 0xff}) {
        Bytes changed = file;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
        reasons.insert(desk.decode(changed));
      }
  CHECK(reasons.size() > 5);
  CHECK(desk.shows(good, gradient(8, 8)));
}

TEST_CASE("Colours missing in a palette do not come from earlier images") {
  Bytes lines, palette;
  for (int i = 0; i < 64; ++i)
    lines = lines + (i % 8 == 0 ? Bytes{0, 200} : Bytes{static_cast<std::uint8_t>(200 + i % 50)});
  for (int i = 0; i < 3 * 256; ++i) palette.push_back(static_cast<std::uint8_t>(i));
  const Bytes lacking = png_of(8, 8, 8, 3, lines, {1, 2, 3});
  Desk alone, after;
  REQUIRE(alone.decode(lacking) == "");
  REQUIRE(after.decode(png_of(8, 8, 8, 3, lines, palette)) == "");
  REQUIRE(after.decode(lacking) == "");
  CHECK(after.pixels == alone.pixels);
}

TEST_CASE("The size in the header is checked before anything is decoded") {
  Desk desk;
  const std::string rule = "it cannot be decoded: more than 40 million pixels";
  CHECK(desk.decode(png_of(8000, 5001, 8, 2, Bytes(100))) == rule);
  CHECK(desk.decode(png_of(65535, 65535, 16, 6, Bytes(100))) == rule);
  CHECK(desk.decode(png_of(0xffffffff, 0xffffffff, 8, 2, Bytes(100))) ==
        "it cannot be decoded: more than 65,536 pixels in a row or column");
  CHECK(desk.decode(png_of(0, 8, 8, 2, Bytes(100))).rfind("it cannot be decoded: ", 0) == 0);
  Bytes huge = jpeg_file(16, 16, gradient(16, 16));
  const Bytes frame{0xff, 0xc0};
  const auto size = std::search(huge.begin(), huge.end(), frame.begin(), frame.end()) + 5;
  std::fill(size, size + 4, 0xff);
  CHECK(desk.decode(huge) == rule);
}

TEST_CASE("A PNG that unpacks to more bytes than its size is refused") {
  Desk desk;
  CHECK(desk.decode(png_of(16, 16, 8, 2, Bytes(40'000'000))) ==
        "it cannot be decoded: decoding needs more memory than an image of this size may use");
}

TEST_CASE("An empty file, a folder, a pipe, a device, a link and a large file have different reasons") {
  Desk desk;
  const auto decode = [&](const fs::path& path) { return desk.decoder.decode(path, desk.pixels); };
  CHECK(decode(desk.write({})) == "an empty file");
  fs::create_directory(desk.folder / "folder.jpg");
  CHECK(decode(desk.folder / "folder.jpg") == "a folder");
  REQUIRE(::mkfifo((desk.folder / "pipe.jpg").c_str(), 0600) == 0);
  CHECK(decode(desk.folder / "pipe.jpg") == "not a regular file");
  CHECK(decode("/dev/zero") == "not a regular file");
  fs::create_symlink(desk.write(png_file(8, 8, gradient(8, 8))), desk.folder / "link.png");
  CHECK(decode(desk.folder / "link.png") == "a symbolic link");
  ImageDecoder follower(8, {.follow_links = true});
  CHECK(follower.decode(desk.folder / "link.png", desk.pixels) == "");
  fs::resize_file(desk.write({0xff}, "large.jpg"),
                  (std::uintmax_t{64} << 20) + 1);  // sparse: takes no room on the disk
  CHECK(decode(desk.folder / "large.jpg") == "a file of more than 64 MiB");
  CHECK(decode(desk.folder / "image.png") == "");
}

TEST_CASE("An image that needs more memory than its decoders have is refused, and others are decoded") {
  const Desk desk;
  MemoryBudget budget(20'000'000);
  ImageDecoder decoder(8, {.memory = &budget});
  Bytes pixels(3 * 8 * 8);
  CHECK(decoder.decode(desk.write(png_file(8, 8, gradient(8, 8))), pixels) == "");
  CHECK(decoder.most_memory() > 0);
  CHECK(decoder.most_memory() < budget.bytes());
  const fs::path large = desk.write(png_file(4000, 2000, Bytes(3 * 4000 * 2000)), "large.png");
  std::string said = "it was decoded";
  try {
    said = decoder.decode(large, pixels);
  } catch (const sand::Error& error) {
    said = std::to_string(static_cast<int>(error.fault())) + " " + error.what();
  }
  CHECK(said.rfind("69 image: there is not enough memory to decode it\n    file   " + large.string() +
                       "\n    needed up to ",
                   0) == 0);
  CHECK(said.find("\n    found  20 MB for decoding\n    hint: a smaller --image-size") != std::string::npos);
}

TEST_CASE("A failure of the system does not make a file unreadable") {
  Desk desk;
  CHECK_THROWS_WITH_AS(desk.decoder.decode(desk.folder / "nothing.png", desk.pixels),
                       ("image: reading failed\n    file  " + desk.folder.string() +
                        "/nothing.png\n    found No such file or directory")
                           .c_str(),
                       sand::Error);
  const fs::path good = desk.write(png_file(8, 8, gradient(8, 8)));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  std::string said = "it was decoded";
  try {
    said = desk.decoder.decode(good, desk.pixels);
  } catch (const sand::Error& error) {
    said = std::to_string(static_cast<int>(error.fault())) + " " + error.what();
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(said == "69 image: reading failed\n    file  " + good.string() +
                    "\n    found Too many open files\n    hint: free some, or raise the limit (ulimit -n for "
                    "open files)");
  CHECK(desk.decoder.decode(good, desk.pixels) == "");
}

TEST_CASE("Sides must be 8 to 512 pixels") {
  CHECK_THROWS_WITH_AS(ImageDecoder(7), "image: the side must be 8 to 512 pixels\n    found 7", sand::Error);
  CHECK_THROWS_WITH_AS(ImageDecoder(513), "image: the side must be 8 to 512 pixels\n    found 513",
                       sand::Error);
}
