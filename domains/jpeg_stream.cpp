#include "domains/jpeg_stream.h"

#include <algorithm>
#include <array>

#include "domains/jpeg_scan.h"

namespace sand::domains {
namespace {

using Segment = std::span<const std::uint8_t>;

constexpr int kMostScans = 100;     // 10 are usual; more would only cost time
constexpr int kMostTables = 1'000;  // of codes; 8 a scan at most. Each takes as long as 100 blocks
constexpr const char* kBrokenSegment = "a JPEG with a broken segment";
constexpr const char* kOutOfOrder = "a JPEG with a missing, doubled or misplaced scan";

class TidyCopy {
 public:
  TidyCopy(Segment file, const JpegHeader& header) : file_(file), header_(header), markers_(file, 2) {
    for (auto& bits : missing_bits_) bits.fill(kUnsent);
  }

  /// Returns why the copy failed, or nullptr.
  const char* make(DecoderMemory& memory);
  Segment stream() const { return {to_, size_}; }

 private:
  static constexpr std::int8_t kUnsent = 127;

  std::size_t count() const { return static_cast<std::size_t>(header_.count); }
  const char* read_segments();
  const char* read_quantisation(Segment body);
  const char* read_codes(Segment body);
  const char* read_scan(Segment body);
  const char* account_for(const JpegScan& scan, std::size_t component);
  const char* copy_data(const JpegScan& scan, std::size_t mcus);
  bool complete(bool eoi) const;

  void append(Segment bytes) {
    size_ = static_cast<std::size_t>(std::copy(bytes.begin(), bytes.end(), to_ + size_) - to_);
  }
  void append_marker(int marker) {
    append(std::array<std::uint8_t, 2>{0xff, static_cast<std::uint8_t>(marker)});
  }
  /// Returns the position of its body in the copy.
  std::uint8_t* append_segment(int marker, Segment body);

  Segment file_;
  const JpegHeader& header_;
  JpegMarkers markers_;
  std::uint8_t* to_ = nullptr;
  std::size_t size_ = 0;

  std::array<JpegCodes, 4> dc_{}, ac_{};
  std::array<bool, 4> has_quantisation_{};
  std::array<std::array<std::int8_t, 64>, 4> missing_bits_{};  // of each component's coefficients
  std::array<std::span<std::uint64_t>, 4> known_{};            // see JpegScan
  std::size_t restart_interval_ = 0;
  int scans_ = 0, tables_ = 0;
};

const char* TidyCopy::make(DecoderMemory& memory) {
  constexpr std::size_t kOfOurOwn = 64;  // bytes, for markers that the file may lack
  std::array<std::size_t, 4> blocks{};
  std::size_t all = 0;
  for (std::size_t c = 0; c < count() && header_.progressive; ++c)
    all += blocks[c] = static_cast<std::size_t>(header_.blocks_across(static_cast<int>(c))) *
                       static_cast<std::size_t>(header_.blocks_down(static_cast<int>(c)));
  to_ = static_cast<std::uint8_t*>(memory.take(file_.size() + kOfOurOwn));
  auto* known = static_cast<std::uint64_t*>(memory.take(all * sizeof(std::uint64_t)));
  if (to_ == nullptr || known == nullptr) return "a copy needs more memory than is available";
  for (std::size_t c = 0, first = 0; c < count(); first += blocks[c++])
    known_[c] = {known + first, blocks[c]};

  append_marker(JpegMarkers::kSoi);
  if (header_.count == 4 || (header_.count == 3 && header_.transform == JpegHeader::Transform::none)) {
    const std::uint8_t transform = header_.transform == JpegHeader::Transform::ycck ? 2 : 0;
    append_segment(JpegMarkers::kApp14,
                   std::array<std::uint8_t, 12>{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform});
  }
  const char* why = read_segments();
  append_marker(JpegMarkers::kEoi);
  memory.give_back(known);
  return why;
}

const char* TidyCopy::read_segments() {
  while (!complete(false)) {  // data after the last required bit are ignored
    const int marker = markers_.next();
    if (marker == JpegMarkers::kEoi && complete(true)) break;
    if (marker == JpegMarkers::kNone || marker == JpegMarkers::kEoi || marker == JpegMarkers::kSoi)
      return kJpegLacking;
    if (JpegMarkers::stands_alone(marker)) continue;
    const auto body = markers_.body();
    if (!body) return kJpegLacking;
    const char* why = nullptr;
    if (JpegMarkers::is_frame(marker)) {
      if (scans_ > 0) return kBrokenSegment;
      std::uint8_t* copy = append_segment(marker, *body);
      for (std::size_t c = 0; c < count(); ++c) copy[6 + 3 * c] = static_cast<std::uint8_t>(c + 1);
    } else if (marker == JpegMarkers::kDri) {
      if (body->size() != 2) return kBrokenSegment;
      restart_interval_ = static_cast<std::size_t>((*body)[0] << 8 | (*body)[1]);
      append_segment(marker, *body);
    } else if (marker == JpegMarkers::kDqt) {
      why = read_quantisation(*body);
    } else if (marker == JpegMarkers::kDht) {
      why = read_codes(*body);
    } else if (marker == JpegMarkers::kSos) {
      why = read_scan(*body);
    }
    if (why != nullptr) return why;
  }
  return nullptr;
}

const char* TidyCopy::read_quantisation(Segment body) {
  // A component uses the table that is defined at its first scan; stb_image uses the last one.
  if (header_.progressive && scans_ > 0)
    return "a JPEG whose quantisation changes between scans, which is not supported";
  append_segment(JpegMarkers::kDqt, body);
  while (!body.empty()) {
    const std::size_t size = body[0] >> 4 == 0 ? 65 : 129;
    if (body[0] >> 4 > 1 || (body[0] & 15) > 3 || body.size() < size) return kBrokenSegment;
    has_quantisation_[body[0] & 15] = true;
    body = body.subspan(size);
  }
  return nullptr;
}

const char* TidyCopy::read_codes(Segment body) {
  append_segment(JpegMarkers::kDht, body);
  while (!body.empty()) {
    if (++tables_ > kMostTables) return "a JPEG of more than 1,000 tables of codes";
    if (body.size() < 17 || body[0] >> 4 > 1 || (body[0] & 15) > 3) return kBrokenSegment;
    const std::span<const std::uint8_t, 16> counts = body.subspan<1, 16>();
    std::size_t symbols = 0;
    for (const std::uint8_t count : counts) symbols += count;
    if (symbols > 256 || body.size() < 17 + symbols) return kBrokenSegment;
    if (!(body[0] >> 4 == 0 ? dc_ : ac_)[body[0] & 15].define(counts, body.subspan(17, symbols)))
      return kBrokenSegment;
    body = body.subspan(17 + symbols);
  }
  return nullptr;
}

/// Notes which bits of a component the scan sends. They must be the next ones.
const char* TidyCopy::account_for(const JpegScan& scan, std::size_t component) {
  auto& missing = missing_bits_[component];
  if (scan.first > 0 && missing[0] == kUnsent) return kOutOfOrder;
  for (int k = scan.first; k <= scan.last; ++k) {
    std::int8_t& bits = missing[static_cast<std::size_t>(k)];
    if (bits != (scan.high == 0 ? kUnsent : scan.high)) return kOutOfOrder;
    bits = static_cast<std::int8_t>(scan.low);
  }
  return nullptr;
}

/// Reads which coefficients a progressive scan sends, and which of their bits. Returns false if no such scan
/// exists (T.81, G.1.1.1).
bool read_band(std::span<const std::uint8_t, 3> band, JpegScan& scan) {
  scan.first = band[0];
  scan.last = band[1];
  scan.high = band[2] >> 4;
  scan.low = band[2] & 15;
  const bool dc = scan.first == 0 && scan.last == 0;
  const bool ac = scan.first > 0 && scan.first <= scan.last && scan.last < 64 && scan.count == 1;
  return (dc || ac) && scan.low <= 13 && (scan.high == 0 || scan.low == scan.high - 1);
}

const char* TidyCopy::read_scan(Segment body) {
  if (++scans_ > kMostScans) return "a JPEG of more than 100 scans";
  const std::size_t components = body.empty() ? 0 : body[0];
  if (components < 1 || components > count() || body.size() != 4 + 2 * components) return kBrokenSegment;
  JpegScan scan;
  scan.count = static_cast<int>(components);
  scan.progressive = header_.progressive;
  if (scan.progressive && !read_band(body.last<3>(), scan)) return kBrokenSegment;
  std::size_t mcus =
      static_cast<std::size_t>(header_.mcus_across()) * static_cast<std::size_t>(header_.mcus_down());
  std::uint8_t* copy = append_segment(JpegMarkers::kSos, body);
  for (std::size_t i = 0; i < components; ++i) {
    const int id = body[1 + 2 * i], dc = body[2 + 2 * i] >> 4, ac = body[2 + 2 * i] & 15;
    std::size_t c = 0;
    while (c < count() && header_.components[c].id != id) ++c;
    if (c == count() || dc > 3 || ac > 3) return kBrokenSegment;
    const JpegHeader::Component& component = header_.components[c];
    if (!has_quantisation_[static_cast<std::size_t>(component.quantisation)])
      return "a JPEG without its table of quantisation";
    const JpegCodes &dc_codes = dc_[static_cast<std::size_t>(dc)],
                    &ac_codes = ac_[static_cast<std::size_t>(ac)];
    const bool needs_dc = scan.first == 0 && scan.high == 0, needs_ac = scan.last > 0;
    if ((needs_dc && !dc_codes.defined()) || (needs_ac && !ac_codes.defined()))
      return "a JPEG without its tables of codes";
    if (const char* why = account_for(scan, c)) return why;
    scan.components[i] = {component.h * component.v, &dc_codes, &ac_codes, known_[c]};
    copy[1 + 2 * i] = static_cast<std::uint8_t>(c + 1);
    if (components > 1) continue;
    scan.components[i].blocks = 1;  // a scan of one component has only the blocks of the image
    mcus = static_cast<std::size_t>(header_.blocks_across(static_cast<int>(c))) *
           static_cast<std::size_t>(header_.blocks_down(static_cast<int>(c)));
  }
  return copy_data(scan, mcus);
}

const char* TidyCopy::copy_data(const JpegScan& scan, std::size_t mcus) {
  for (std::size_t begin = 0, end = 0, restarts = 0; begin < mcus; begin = end) {
    if (begin > 0) {
      const int restart = JpegMarkers::kRst0 + static_cast<int>(restarts++ % 8);
      if (markers_.next() != restart) return kJpegLacking;
      append_marker(restart);
    }
    end = restart_interval_ > 0 ? std::min(mcus, begin + restart_interval_) : mcus;
    JpegBits bits(file_, markers_.at());
    if (const char* why = read_mcus(bits, scan, begin, end)) return why;
    append(file_.subspan(markers_.at(), bits.end() - markers_.at()));
    markers_ = JpegMarkers(file_, bits.end());
  }
  return nullptr;
}

/// Whether all image data are present. `eoi`: EOI was read, so coefficients that were never sent are zero.
bool TidyCopy::complete(bool eoi) const {
  for (std::size_t c = 0; c < count(); ++c)
    for (std::size_t k = 0; k < 64; ++k)
      if (missing_bits_[c][k] != 0 && !(eoi && k > 0 && missing_bits_[c][k] == kUnsent)) return false;
  return true;
}

std::uint8_t* TidyCopy::append_segment(int marker, Segment body) {
  append_marker(marker);
  const std::size_t length = body.size() + 2;
  append(
      std::array<std::uint8_t, 2>{static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)});
  append(body);
  return to_ + size_ - body.size();
}

}  // namespace

TidyJpeg tidy_jpeg(std::span<const std::uint8_t> file, const JpegHeader& header,
                   DecoderMemory& memory) noexcept {
  TidyCopy copy(file, header);
  const char* failure = copy.make(memory);
  return failure != nullptr ? TidyJpeg{{}, failure} : TidyJpeg{copy.stream(), nullptr};
}

}  // namespace sand::domains
