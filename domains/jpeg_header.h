// What a JPEG stream says of itself before its first scan (ITU-T T.81): its kind, size and colours. No image
// data.
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
  static constexpr int kNone = 0;  ///< the stream is at its end
  static constexpr int kTem = 0x01, kSof0 = 0xc0, kSof2 = 0xc2, kDht = 0xc4, kDac = 0xcc, kSof15 = 0xcf,
                       kRst0 = 0xd0, kRst7 = 0xd7, kSoi = 0xd8, kEoi = 0xd9, kSos = 0xda, kDqt = 0xdb,
                       kDri = 0xdd, kDhp = 0xde, kApp0 = 0xe0, kApp14 = 0xee, kSof55 = 0xf7;

  explicit JpegMarkers(std::span<const std::uint8_t> stream, std::size_t at = 0) : stream_(stream), at_(at) {}

  /// The next marker, kNone at the end. What is none, and FF00, is passed over, as libjpeg does.
  int next();
  /// Whether no segment follows this marker.
  static bool stands_alone(int marker) { return marker == kTem || (marker >= kRst0 && marker <= kEoi); }
  /// Whether it begins a frame, of whatever kind (T.81, table B.1; SOF55 is of JPEG-LS).
  static bool is_frame(int marker);
  /// What the marker's segment holds after its two bytes of length; none where the stream ends before it.
  std::optional<std::span<const std::uint8_t>> body();
  std::size_t at() const { return at_; }  ///< the first byte not read yet

 private:
  std::span<const std::uint8_t> stream_;
  std::size_t at_;
};

inline constexpr const char* kJpegLacking = "a JPEG that lacks image data: it was cut, or lost a part";

struct JpegHeader {
  struct Component {
    int id = 0, h = 0, v = 0, quantisation = 0;  // h, v: sampling factors
  };
  /// What Adobe's marker calls the transform: none (RGB, CMYK, grey), to YCbCr, to YCCK.
  enum class Transform { none, ycbcr, ycck };

  int width = 0, height = 0, count = 0;  // count: of components; 1, 3 or 4
  std::array<Component, 4> components{};
  int h_most = 1, v_most = 1;  // the largest sampling factors
  bool progressive = false;
  Transform transform = Transform::none;
  const char* failure = nullptr;  // one phrase on why it is not read

  /// MCUs of a scan of all components, in a row and in a column.
  int mcus_across() const { return (width + 8 * h_most - 1) / (8 * h_most); }
  int mcus_down() const { return (height + 8 * v_most - 1) / (8 * v_most); }
  /// Blocks of 8 x 8 samples of component c that lie in the image.
  int blocks_across(int c) const { return blocks(width * components[static_cast<std::size_t>(c)].h, h_most); }
  int blocks_down(int c) const { return blocks(height * components[static_cast<std::size_t>(c)].v, v_most); }

 private:
  static int blocks(int size, int factor) { return (size + 8 * factor - 1) / (8 * factor); }
};

/// Of a stream that begins with SOI. Read are Huffman-coded JPEGs, sequential or progressive, of 8 bits a
/// sample and 1, 3 or 4 components whose sampling factors divide the largest; other kinds are refused by
/// name. Colours are what libjpeg takes them for.
JpegHeader jpeg_header(std::span<const std::uint8_t> file) noexcept;

}  // namespace sand::domains
