#include "domains/jpeg_header.h"

#include <algorithm>
#include <string_view>

namespace sand::domains {
namespace {

constexpr const char* kBrokenHeader = "a JPEG with a broken header";

/// Why a frame of this kind (T.81, table B.1) is rejected; nullptr for sequential and progressive frames with
/// Huffman codes.
const char* not_supported(int marker) {
  switch (marker) {
    case 0xc0:
    case 0xc1:
    case 0xc2: return nullptr;
    case 0xc3:
    case 0xcb: return "a lossless JPEG, which is not supported";
    case 0xc9:
    case 0xca: return "a JPEG with arithmetic coding, which is not supported";
    case 0xc8: return kBrokenHeader;  // reserved
    case 0xf7: return "a JPEG-LS, which is not supported";
    default: return "a hierarchical JPEG, which is not supported";
  }
}

bool begins_with(std::span<const std::uint8_t> body, std::string_view text) {
  return body.size() >= text.size() && std::equal(text.begin(), text.end(), body.begin());
}

/// Reads the frame's segment into `header`. Returns what is wrong with it.
const char* read_frame(int marker, std::span<const std::uint8_t> body, JpegHeader& header) {
  if (const char* why = not_supported(marker)) return why;
  if (body.size() < 6 || body.size() != 6 + std::size_t{3} * body[5]) return kBrokenHeader;
  if (body[0] == 12) return "a JPEG of 12 bits a sample, which is not supported";
  if (body[0] != 8) return kBrokenHeader;
  header.progressive = marker == JpegMarkers::kSof2;
  header.height = body[1] << 8 | body[2];
  header.width = body[3] << 8 | body[4];
  header.count = body[5];
  if (header.width == 0) return kBrokenHeader;
  if (header.height == 0) return "a JPEG that gives its height after its first scan, which is not supported";
  if (header.count != 1 && header.count != 3 && header.count != 4)
    return "a JPEG of neither 1, 3 nor 4 components, which is not supported";
  const std::span components = std::span(header.components).first(static_cast<std::size_t>(header.count));
  for (std::size_t c = 0; c < components.size(); ++c) {
    const std::span<const std::uint8_t> from = body.subspan(6 + 3 * c, 3);
    components[c] = {from[0], from[1] >> 4, from[1] & 15, from[2]};
    const auto& [id, h, v, quantisation] = components[c];
    if (h < 1 || h > 4 || v < 1 || v > 4 || quantisation > 3) return kBrokenHeader;
    header.h_most = std::max(header.h_most, h);
    header.v_most = std::max(header.v_most, v);
  }
  for (const auto& [id, h, v, quantisation] : components)
    if (header.h_most % h != 0 || header.v_most % v != 0)
      return "a JPEG of fractional sampling factors, which is not supported";
  return nullptr;
}

/// Guesses as libjpeg does (jdapimin.c, default_decompress_parms). `adobe` is the transform from Adobe's
/// marker, -1 without one.
JpegHeader::Transform transform_of(const JpegHeader& header, bool jfif, int adobe) {
  using Transform = JpegHeader::Transform;
  const auto& components = header.components;
  if (header.count == 1) return Transform::none;
  if (header.count == 4) return adobe <= 0 ? Transform::none : Transform::ycck;
  if (jfif) return Transform::ycbcr;
  if (adobe >= 0) return adobe == 0 ? Transform::none : Transform::ycbcr;
  return components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B' ? Transform::none
                                                                                       : Transform::ycbcr;
}

}  // namespace

int JpegMarkers::next() {
  for (; at_ + 1 < stream_.size(); ++at_) {
    if (stream_[at_] != 0xff || stream_[at_ + 1] == 0xff || stream_[at_ + 1] == 0) continue;
    at_ += 2;
    return stream_[at_ - 1];
  }
  at_ = stream_.size();
  return kNone;
}

std::optional<std::span<const std::uint8_t>> JpegMarkers::body() {
  const std::span<const std::uint8_t> rest = stream_.subspan(at_);
  const std::size_t length = rest.size() < 2 ? 0 : static_cast<std::size_t>(rest[0] << 8 | rest[1]);
  if (length < 2 || length > rest.size()) return std::nullopt;
  at_ += length;
  return rest.subspan(2, length - 2);
}

bool JpegMarkers::is_frame(int marker) {
  return (marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kDac) || marker == kDhp ||
         marker == kSof55;
}

JpegHeader jpeg_header(std::span<const std::uint8_t> file) noexcept {
  JpegHeader header;
  bool jfif = false;
  int adobe = -1;
  JpegMarkers markers(file, 2);
  const auto refused = [&](const char* why) {
    header.failure = why;
    return header;
  };
  for (;;) {
    const int marker = markers.next();
    if (marker == JpegMarkers::kNone || marker == JpegMarkers::kEoi) return refused(kJpegLacking);
    if (JpegMarkers::stands_alone(marker)) continue;
    if (marker == JpegMarkers::kSos) break;
    const auto body = markers.body();
    if (!body) return refused(kJpegLacking);
    if (JpegMarkers::is_frame(marker)) {
      if (header.count > 0) return refused(kBrokenHeader);
      if (const char* why = read_frame(marker, *body, header)) return refused(why);
    }
    if (marker == JpegMarkers::kApp0 && body->size() >= 14 && begins_with(*body, {"JFIF\0", 5})) jfif = true;
    if (marker == JpegMarkers::kApp14 && body->size() >= 12 && begins_with(*body, "Adobe"))
      adobe = (*body)[11];
  }
  if (header.count == 0) return refused(kBrokenHeader);
  header.transform = transform_of(header, jfif, adobe);
  return header;
}

}  // namespace sand::domains
