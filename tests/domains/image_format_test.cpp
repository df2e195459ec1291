#include "domains/image_format.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sand::domains;
using namespace std::string_view_literals;

namespace {

std::string said_of(std::string_view text) {
  return neither_jpeg_nor_png({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("An error names the format that a file looks like") {
  for (const auto& [bytes, looks_like] :
       {std::pair{"GIF89a"sv, "a GIF"},
        {"BM6\0"sv, "a BMP"},
        {"RIFF\1\2\3\4WEBPVP8 "sv, "a WebP"},
        {"II*\0\10"sv, "a TIFF"},
        {"MM\0*\0"sv, "a TIFF"},
        {"\0\0\0 ftypheic"sv, "a HEIC"},
        {"\0\0\0 ftypavif"sv, "an AVIF"},
        {"\0\0\0 ftypmp42"sv, "a video (MP4)"},
        {"\0\0\0\fjP  \r\n\x87\n"sv, "a JPEG 2000"},
        {"\0\0\0\fJXL \r\n\x87\n"sv, "a JPEG XL"},
        {"\xff\x0a\1\2"sv, "a JPEG XL"},
        {"\n <!DOCTYPE HTML><html>"sv, "a web page (HTML)"},
        {"<html>"sv, "a web page (HTML)"},
        {"%PDF-1.7"sv, "a PDF"},
        {"\x89PNG\n\x1a\n"sv, "a PNG that was copied as text, which destroys it"}})
    CHECK(said_of(bytes) == std::string("neither JPEG nor PNG: it looks like ") + looks_like);
  CHECK(said_of("version https://git-lfs.github.com/spec/v1\noid sha256:1") ==
        "neither JPEG nor PNG: it is a git-lfs pointer; `git lfs pull` fetches the image");
  CHECK(said_of(std::string_view("\0\0\0\0\0\0\0\0\0", 9)) ==
        "neither JPEG nor PNG: it begins with zeros, like an interrupted download");
}

TEST_CASE("A file of an unknown format is reported as neither JPEG nor PNG") {
  for (const auto bytes :
       {""sv, "\xff"sv, "\xff\xd8"sv, "\x89"sv, "GIF"sv, "RIFF1234WAVE"sv, "\0\0"sv, "hello"sv})
    CHECK(said_of(bytes) == "neither JPEG nor PNG");
}
