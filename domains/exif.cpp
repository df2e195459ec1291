#include "domains/exif.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "domains/image_format.h"
#include "domains/jpeg_header.h"
#include "domains/png_chunks.h"

namespace sand::domains {
namespace {

using namespace std::string_view_literals;

/// The numbers of a TIFF block, in its byte order. Places are checked by the caller.
class Tiff {
 public:
  explicit Tiff(std::span<const std::uint8_t> bytes) : bytes_(bytes), little_(bytes[0] == 'I') {}
  std::uint32_t number(std::size_t at, std::size_t size) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[at + (little_ ? size - 1 - i : i)];
    return value;
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  bool little_;
};

bool starts(std::span<const std::uint8_t> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin());
}

/// Searches the first directory of a TIFF block for the tag.
int orientation_in(std::span<const std::uint8_t> block) {
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3;
  constexpr std::size_t kHeader = 8, kEntry = 12;
  if (block.size() < kHeader + 2 || !(starts(block, "II*\0"sv) || starts(block, "MM\0*"sv))) return 1;
  const Tiff tiff(block);
  const std::size_t directory = tiff.number(4, 4);
  if (directory > tiff.size() - 2) return 1;
  const std::size_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + i * kEntry;
    if (at + kEntry > tiff.size()) return 1;
    if (tiff.number(at, 2) != kOrientation) continue;
    const std::uint32_t value = tiff.number(at + 8, 2);
    const bool valid = tiff.number(at + 2, 2) == kShort && tiff.number(at + 4, 4) == 1;
    return valid && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

std::span<const std::uint8_t> exif_of_jpeg(std::span<const std::uint8_t> file) {
  constexpr int kApp1 = 0xe1;
  constexpr std::string_view kName = "Exif\0\0"sv;
  JpegMarkers markers(file, 2);
  for (;;) {
    const int marker = markers.next();
    if (marker == JpegMarkers::kNone || marker == JpegMarkers::kEoi || marker == JpegMarkers::kSos) return {};
    if (JpegMarkers::stands_alone(marker)) continue;
    const auto body = markers.body();
    if (!body) return {};
    if (marker == kApp1 && starts(*body, kName)) return body->subspan(kName.size());
  }
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> file) noexcept {
  if (is_png(file)) return orientation_in(png_exif(file));
  return is_jpeg(file) ? orientation_in(exif_of_jpeg(file)) : 1;
}

void turn_upright(std::span<std::uint8_t> pixels, int side, int orientation) {
  if (orientation <= 1 || orientation > 8) return;
  const std::vector<std::uint8_t> stored(pixels.begin(), pixels.end());
  const bool transposed = orientation >= 5;  // rows of the upright image are columns of the stored one
  const bool rows_reversed = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool columns_reversed = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const auto plane = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        const int down = transposed ? x : y, across = transposed ? y : x;
        const int row = rows_reversed ? side - 1 - down : down;
        const int column = columns_reversed ? side - 1 - across : across;
        pixels[channel * plane + static_cast<std::size_t>(y * side + x)] =
            stored[channel * plane + static_cast<std::size_t>(row * side + column)];
      }
}

}  // namespace sand::domains
