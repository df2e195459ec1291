// The header of a JPEG stream, before its first scan (ITU-T T.81): kind, size and colours. No image data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sand::domains {

/// Reads a JPEG stream marker by marker.
class JpegMarkers {
 public:
  static constexpr int kNone = 0;  ///< the end of the stream
  static constexpr int kTem = 0x01, kSof0 = 0xc0, kSof2 = 0xc2, kDht = 0xc4, kDac = 0xcc, kSof15 = 0xcf,
                       kRst0 = 0xd0, kRst7 = 0xd7, kSoi = 0xd8, kEoi = 0xd9, kSos = 0xda, kDqt = 0xdb,
                       kDri = 0xdd, kDhp = 0xde, kApp0 = 0xe0, kApp14 = 0xee, kSof55 = 0xf7;

  explicit JpegMarkers(std::span<const std::uint8_t> stream, std::size_t at = 0) : stream_(stream), at_(at) {}

  /// The next marker; kNone at the end. Skips FF00 and bytes that are no marker, as libjpeg does.
  int next();
  /// Whether this marker has no segment.
  static bool stands_alone(int marker) { return marker == kTem || (marker >= kRst0 && marker <= kEoi); }
  /// Whether it begins a frame of any kind (T.81, table B.1; SOF55 is JPEG-LS).
  static bool is_frame(int marker);
  /// The content of the marker's segment, after its two bytes of length; nothing if the stream ends before
  /// it.
  std::optional<std::span<const std::uint8_t>> body();
  std::size_t at() const { return at_; }  ///< the first unread byte

 private:
  std::span<const std::uint8_t> stream_;
  std::size_t at_;
};

inline constexpr const char* kJpegLacking = "a JPEG that lacks image data: it was cut, or lost a part";

struct JpegHeader {
  struct Component {
    int id = 0, h = 0, v = 0, quantisation = 0;  // h, v: sampling factors
  };
  /// The transform that Adobe's marker names: none (RGB, CMYK, grey), to YCbCr, to YCCK.
  enum class Transform { none, ycbcr, ycck };

  int width = 0, height = 0, count = 0;  // count: number of components; 1, 3 or 4
  std::array<Component, 4> components{};
  int h_most = 1, v_most = 1;  // the largest sampling factors
  bool progressive = false;
  Transform transform = Transform::none;
  const char* failure = nullptr;  // one phrase: why it is rejected

  /// Number of MCUs in a row and in a column, for a scan of all components.
  int mcus_across() const { return (width + 8 * h_most - 1) / (8 * h_most); }
  int mcus_down() const { return (height + 8 * v_most - 1) / (8 * v_most); }
  /// Number of 8 x 8 blocks of component c that lie in the image.
  int blocks_across(int c) const { return blocks(width * components[static_cast<std::size_t>(c)].h, h_most); }
  int blocks_down(int c) const { return blocks(height * components[static_cast<std::size_t>(c)].v, v_most); }

 private:
  static int blocks(int size, int factor) { return (size + 8 * factor - 1) / (8 * factor); }
};

/// Reads the header of a stream that begins with SOI. Supports Huffman-coded JPEGs, sequential or
/// progressive, of 8 bits a sample and 1, 3 or 4 components whose sampling factors divide the largest.
/// Rejects other kinds by name. Guesses the colours as libjpeg does.
JpegHeader jpeg_header(std::span<const std::uint8_t> file) noexcept;

}  // namespace sand::domains
