#include "domains/image_format.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sand::domains {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::size_t at;  // offset of its first bytes
  std::string_view begins;
  const char* phrase;
};

constexpr Format kFormats[]{
    {0, "GIF8"sv, "neither JPEG nor PNG: it looks like a GIF"},
    {0, "BM"sv, "neither JPEG nor PNG: it looks like a BMP"},
    {8, "WEBP"sv, "neither JPEG nor PNG: it looks like a WebP"},
    {0, "II*\0"sv, "neither JPEG nor PNG: it looks like a TIFF"},
    {0, "MM\0*"sv, "neither JPEG nor PNG: it looks like a TIFF"},
    {4, "ftypavif"sv, "neither JPEG nor PNG: it looks like an AVIF"},
    {4, "ftypavis"sv, "neither JPEG nor PNG: it looks like an AVIF"},
    {4, "ftyphe"sv, "neither JPEG nor PNG: it looks like a HEIC"},
    {4, "ftypmif1"sv, "neither JPEG nor PNG: it looks like a HEIF (HEIC or AVIF)"},
    {4, "ftypmsf1"sv, "neither JPEG nor PNG: it looks like a HEIF (HEIC or AVIF)"},
    {4, "ftyp"sv, "neither JPEG nor PNG: it looks like a video (MP4)"},
    {4, "jP  \r\n\x87\n"sv, "neither JPEG nor PNG: it looks like a JPEG 2000"},
    {0, "\xff\x4f\xff\x51"sv, "neither JPEG nor PNG: it looks like a JPEG 2000"},
    {4, "JXL \r\n\x87\n"sv, "neither JPEG nor PNG: it looks like a JPEG XL"},
    {0, "\xff\x0a"sv, "neither JPEG nor PNG: it looks like a JPEG XL"},
    {0, "P5"sv, "neither JPEG nor PNG: it looks like a PGM"},
    {0, "P6"sv, "neither JPEG nor PNG: it looks like a PPM"},
    {0, "\x8aMNG"sv, "neither JPEG nor PNG: it looks like an MNG"},
    {0, "8BPS"sv, "neither JPEG nor PNG: it looks like a Photoshop file"},
    {0, "%PDF"sv, "neither JPEG nor PNG: it looks like a PDF"},
    {0, "PK\3\4"sv, "neither JPEG nor PNG: it looks like a ZIP archive"},
    {0, "\x1f\x8b"sv, "neither JPEG nor PNG: it looks like a gzip file"},
    {0, "\x89PNG"sv, "neither JPEG nor PNG: it looks like a PNG that was copied as text, which destroys it"},
    {0, "version https://git-lfs"sv,
     "neither JPEG nor PNG: it is a git-lfs pointer; `git lfs pull` fetches the image"},
    {0, "<svg"sv, "neither JPEG nor PNG: it looks like an SVG"},
    {0, "<?xml"sv, "neither JPEG nor PNG: it looks like XML or SVG"},
    {0, "<!doctype html"sv, "neither JPEG nor PNG: it looks like a web page (HTML)"},
    {0, "<html"sv, "neither JPEG nor PNG: it looks like a web page (HTML)"},
    {0, "{"sv, "neither JPEG nor PNG: it looks like JSON"},
    {0, "\0\0\0\0\0\0\0\0"sv, "neither JPEG nor PNG: it begins with zeros, like an interrupted download"},
};

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool begins(std::span<const std::uint8_t> file, std::string_view bytes, bool any_case = false) {
  const auto same = [&](char expected, std::uint8_t found) {
    return expected == (any_case ? lower(static_cast<char>(found)) : static_cast<char>(found));
  };
  return file.size() >= bytes.size() && std::equal(bytes.begin(), bytes.end(), file.begin(), same);
}

bool is(const Format& format, std::span<const std::uint8_t> file) {
  if (format.begins[0] != '<')
    return file.size() >= format.at && begins(file.subspan(format.at), format.begins);
  while (!file.empty() && (file[0] == ' ' || file[0] == '\n' || file[0] == '\r' || file[0] == '\t'))
    file = file.subspan(1);
  return begins(file, format.begins, true);  // markup, in any case and after blanks and line ends
}

}  // namespace

bool is_png(std::span<const std::uint8_t> file) noexcept { return begins(file, "\x89PNG\r\n\x1a\n"sv); }

bool is_jpeg(std::span<const std::uint8_t> file) noexcept { return begins(file, "\xff\xd8\xff"sv); }

const char* neither_jpeg_nor_png(std::span<const std::uint8_t> file) noexcept {
  for (const Format& format : kFormats)
    if (is(format, file)) return format.phrase;
  return "neither JPEG nor PNG";
}

}  // namespace sand::domains
