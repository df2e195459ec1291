// The entropy-coded data of a JPEG's scan (ITU-T T.81, annexes F.2 and G.2): whether there is a code for
// every block. No samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sand::domains {

/// Bits of entropy-coded data, up to the first marker or the end.
class JpegBits {
 public:
  explicit JpegBits(std::span<const std::uint8_t> stream, std::size_t at)
      : stream_(stream), at_(at), ends_{at} {}

  /// The next bits, 1 to 16, without taking them; zeros where there are none.
  unsigned peek(int bits) {
    if (count_ < bits) fill();
    return static_cast<unsigned>(window_ >> (64 - bits));
  }
  void skip(int bits);  ///< at most 16
  unsigned take(int bits);
  /// More bits were taken than there are.
  bool lacking() const { return lacking_; }
  /// Behind the last byte of which a bit was taken.
  std::size_t end() const { return ends_[(bytes_ - static_cast<std::size_t>(count_) / 8) % ends_.size()]; }

 private:
  void fill();

  std::span<const std::uint8_t> stream_;
  std::size_t at_;
  std::uint64_t window_ = 0;          // the next bits, the first one highest
  int count_ = 0;                     // of them
  std::size_t bytes_ = 0;             // read so far
  std::array<std::size_t, 16> ends_;  // where in the stream the last ones end
  bool lacking_ = false;
};

/// A table of Huffman codes.
class JpegCodes {
 public:
  /// Of the codes of 1 to 16 bits: how many there are, and their symbols. False if there cannot be so many.
  bool define(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols);
  bool defined() const { return defined_; }
  /// The symbol of the next code; -1 where there is none.
  int next(JpegBits& bits) const;

 private:
  struct Entry {
    std::uint8_t length = 0, symbol = 0;
  };
  static constexpr int kShort = 9;  // bits of the codes that are looked up

  std::array<Entry, 1 << kShort> short_{};
  // the codes of each length end before this one, seen as the beginning of 16 bits
  std::array<unsigned, 17> ends_{};
  std::array<int, 17> first_symbol_{};  // of each length, less its first code
  std::array<std::uint8_t, 256> symbols_{};
  bool defined_ = false;
};

struct JpegScan {
  struct Component {
    int blocks = 1;  // in an MCU
    const JpegCodes *dc = nullptr, *ac = nullptr;
    std::span<std::uint64_t> known{};  // for each block the coefficients that are not 0; of AC scans only
  };
  std::array<Component, 4> components{};
  int count = 0;
  bool progressive = false;
  int first = 0, last = 63, high = 0, low = 0;  // Ss, Se, Ah, Al of T.81
};

/// Reads the MCUs from `begin` to `end`, which stand between two restarts. Returns what is wrong with them,
/// or nullptr.
const char* read_mcus(JpegBits& bits, const JpegScan& scan, std::size_t begin, std::size_t end);

}  // namespace sand::domains
