#include "domains/jpeg_scan.h"

#include <algorithm>

#include "domains/jpeg_header.h"

namespace sand::domains {
namespace {

constexpr const char* kDamaged = "a JPEG with damaged image data";

/// One symbol: a run of zeros, and the number of bits of the coefficient after it.
struct Run {
  int zeros, bits;
};

/// Returns false if there is no such code.
bool next_run(JpegBits& bits, const JpegCodes& codes, Run& run) {
  const int symbol = codes.next(bits);
  run = {symbol >> 4, symbol & 15};
  return symbol >= 0;
}

bool read_dc(JpegBits& bits, const JpegCodes& codes) {
  const int length = codes.next(bits);
  if (length < 0 || length > 15) return false;
  bits.skip(length);
  return true;
}

bool read_sequential(JpegBits& bits, const JpegScan::Component& component) {
  if (!read_dc(bits, *component.dc)) return false;
  for (int k = 1; k < 64; ++k) {
    Run run{};
    if (!next_run(bits, *component.ac, run)) return false;
    if (run.bits == 0 && run.zeros < 15) break;
    k += run.zeros;
    if (run.bits > 0 && k > 63) return false;
    bits.skip(run.bits);
  }
  return true;
}

/// In an AC scan: how many blocks, from this one on, have no further coefficient.
int end_of_band_run(JpegBits& bits, int exponent) {
  return (1 << exponent) + static_cast<int>(bits.take(exponent));
}

bool read_first_ac(JpegBits& bits, const JpegScan& scan, std::uint64_t& known, int& ended) {
  if (ended > 0) return --ended, true;
  for (int k = scan.first; k <= scan.last; ++k) {
    Run run{};
    if (!next_run(bits, *scan.components[0].ac, run)) return false;
    if (run.bits == 0 && run.zeros < 15) {
      ended = end_of_band_run(bits, run.zeros) - 1;
      break;
    }
    k += run.zeros;
    if (run.bits == 0) continue;
    if (k > scan.last) return false;
    bits.skip(run.bits);
    known |= std::uint64_t{1} << k;
  }
  return true;
}

/// Each known coefficient gets one more bit here, wherever it is. Runs count only the zeros between them.
bool refine_ac(JpegBits& bits, const JpegScan& scan, std::uint64_t& known, int& ended) {
  const auto is_known = [&](int k) { return (known >> k & 1) != 0; };
  int k = scan.first;
  for (; ended == 0 && k <= scan.last; ++k) {
    Run run{};
    if (!next_run(bits, *scan.components[0].ac, run) || run.bits > 1) return false;
    if (run.bits == 0 && run.zeros < 15) {
      ended = end_of_band_run(bits, run.zeros);
      break;
    }
    bits.skip(run.bits);  // its sign
    for (int zeros = run.zeros; k <= scan.last && (is_known(k) || zeros-- > 0); ++k)
      if (is_known(k)) bits.skip(1);
    if (run.bits == 0) continue;
    if (k > scan.last) return false;
    known |= std::uint64_t{1} << k;
  }
  if (ended == 0) return true;
  for (; k <= scan.last; ++k)
    if (is_known(k)) bits.skip(1);
  --ended;
  return true;
}

}  // namespace

void JpegBits::fill() {
  while (count_ <= 56 && at_ < stream_.size()) {
    std::size_t next = at_ + 1;
    const std::uint64_t byte = stream_[at_];
    if (byte == 0xff) {  // a data byte if 00 follows, even after fill bytes
      while (next < stream_.size() && stream_[next] == 0xff) ++next;
      if (next == stream_.size() || stream_[next] != 0) return;
      ++next;
    }
    at_ = next;
    window_ |= byte << (56 - count_);
    count_ += 8;
    ends_[++bytes_ % ends_.size()] = at_;
  }
}

void JpegBits::skip(int bits) {
  if (count_ < bits) fill();
  lacking_ = lacking_ || count_ < bits;
  window_ <<= bits;
  count_ = std::max(0, count_ - bits);
}

unsigned JpegBits::take(int bits) {
  if (bits == 0) return 0;
  const unsigned taken = peek(bits);
  skip(bits);
  return taken;
}

bool JpegCodes::define(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols) {
  unsigned code = 0;
  int symbol = 0;
  *this = {};
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    first_symbol_[static_cast<std::size_t>(length)] = symbol - static_cast<int>(code);
    for (int i = 0; i < counts[static_cast<std::size_t>(length - 1)]; ++i, ++code, ++symbol) {
      if (code >> length != 0) return false;
      symbols_[static_cast<std::size_t>(symbol)] = symbols[static_cast<std::size_t>(symbol)];
      if (length > kShort) continue;
      const Entry entry{static_cast<std::uint8_t>(length), symbols[static_cast<std::size_t>(symbol)]};
      std::fill_n(short_.begin() + (code << (kShort - length)), 1 << (kShort - length), entry);
    }
    ends_[static_cast<std::size_t>(length)] = code << (16 - length);
  }
  return defined_ = true;
}

int JpegCodes::next(JpegBits& bits) const {
  const unsigned ahead = bits.peek(16);
  if (const Entry entry = short_[ahead >> (16 - kShort)]; entry.length > 0) {
    bits.skip(entry.length);
    return entry.symbol;
  }
  for (std::size_t length = kShort + 1; length <= 16; ++length) {
    if (ahead >= ends_[length]) continue;
    bits.skip(static_cast<int>(length));
    return symbols_[static_cast<std::size_t>(first_symbol_[length] +
                                             static_cast<int>(ahead >> (16 - length)))];
  }
  bits.skip(16);  // notices if fewer bits remain
  return -1;
}

const char* read_mcus(JpegBits& bits, const JpegScan& scan, std::size_t begin, std::size_t end) {
  int ended = 0;
  for (std::size_t mcu = begin; mcu < end; ++mcu) {
    bool good = true;
    for (const JpegScan::Component& component :
         std::span(scan.components).first(static_cast<std::size_t>(scan.count)))
      for (int block = 0; good && block < component.blocks; ++block) {
        if (!scan.progressive)
          good = read_sequential(bits, component);
        else if (scan.first == 0 && scan.high == 0)
          good = read_dc(bits, *component.dc);
        else if (scan.first == 0)
          bits.skip(1);
        else
          good = scan.high == 0 ? read_first_ac(bits, scan, component.known[mcu], ended)
                                : refine_ac(bits, scan, component.known[mcu], ended);
      }
    if (bits.lacking()) return kJpegLacking;  // checked first: the zeros past the end may be no code
    if (!good) return kDamaged;
  }
  return nullptr;
}

}  // namespace sand::domains
