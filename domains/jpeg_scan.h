// The entropy-coded data of a JPEG's scan (ITU-T T.81, annexes F.2 and G.2): checks that every block has its
// codes. Decodes no samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sand::domains {

/// Reads bits of entropy-coded data, up to the first marker or the end.
class JpegBits {
 public:
  explicit JpegBits(std::span<const std::uint8_t> stream, std::size_t at)
      : stream_(stream), at_(at), ends_{at} {}

  /// The next 1 to 16 bits, without taking them; zeros past the end.
  unsigned peek(int bits) {
    if (count_ < bits) fill();
    return static_cast<unsigned>(window_ >> (64 - bits));
  }
  void skip(int bits);  ///< at most 16
  unsigned take(int bits);
  /// Whether more bits were taken than exist.
  bool lacking() const { return lacking_; }
  /// The position after the last byte of which a bit was taken.
  std::size_t end() const { return ends_[(bytes_ - static_cast<std::size_t>(count_) / 8) % ends_.size()]; }

 private:
  void fill();

  std::span<const std::uint8_t> stream_;
  std::size_t at_;
  std::uint64_t window_ = 0;          // the next bits, the first one highest
  int count_ = 0;                     // number of bits in the window
  std::size_t bytes_ = 0;             // number of bytes read
  std::array<std::size_t, 16> ends_;  // where in the stream each of the last bytes ends
  bool lacking_ = false;
};

/// A table of Huffman codes.
class JpegCodes {
 public:
  /// `counts`: how many codes have 1 to 16 bits; `symbols`: their symbols. Returns false if a length has too
  /// many codes.
  bool define(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols);
  bool defined() const { return defined_; }
  /// The symbol of the next code; -1 if there is no such code.
  int next(JpegBits& bits) const;

 private:
  struct Entry {
    std::uint8_t length = 0, symbol = 0;
  };
  static constexpr int kShort = 9;  // codes of at most this many bits are in a lookup table

  std::array<Entry, 1 << kShort> short_{};
  // end of the codes of each length, compared with the next 16 bits
  std::array<unsigned, 17> ends_{};
  std::array<int, 17> first_symbol_{};  // for each length: index of its first symbol minus its first code
  std::array<std::uint8_t, 256> symbols_{};
  bool defined_ = false;
};

struct JpegScan {
  struct Component {
    int blocks = 1;  // number of blocks in an MCU
    const JpegCodes *dc = nullptr, *ac = nullptr;
    // For each block, a bit mask of the coefficients known to be nonzero; only in AC scans.
    std::span<std::uint64_t> known{};
  };
  std::array<Component, 4> components{};
  int count = 0;
  bool progressive = false;
  int first = 0, last = 63, high = 0, low = 0;  // Ss, Se, Ah, Al of T.81
};

/// Reads the MCUs from `begin` to `end`, which lie between two restarts. Returns what is wrong with them, or
/// nullptr.
const char* read_mcus(JpegBits& bits, const JpegScan& scan, std::size_t begin, std::size_t end);

}  // namespace sand::domains
