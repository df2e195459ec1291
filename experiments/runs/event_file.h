// Event files, which TensorBoard reads: records in TensorFlow's framing (TFRecord), each an Event of its
// protocol buffers. Writes scalars and histograms; knows no other message.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensor/scalar.h"

namespace sand::experiments {

/// Numbers counted in buckets of equal width. Fields as in TensorFlow's HistogramProto.
struct Histogram {
  double least = 0, most = 0, numbers = 0, sum = 0, sum_of_squares = 0;
  std::vector<double> ends, counts;  ///< of each bucket: its upper end, the numbers in it

  /// At most 30 buckets; one bucket if all numbers are equal, none without numbers. The numbers are finite.
  static Histogram of(std::span<const Scalar> numbers);
};

/// What is known at one step. Tags are UTF-8.
struct Event {
  std::int64_t step = 0;
  double seconds = 0;  ///< since 1970
  std::vector<std::pair<std::string, double>> scalars = {};
  std::vector<std::pair<std::string, Histogram>> histograms = {};
};

/// The record with which every file begins: its version.
std::string file_beginning(double seconds);
std::string record_of(const Event& event);

/// How many bytes at the beginning of a file are whole records of steps below `step`. Stops at the first
/// damaged record: the file is untrusted.
std::size_t bytes_before(std::string_view file, std::int64_t step);

/// CRC-32C (Castagnoli), RFC 3720, appendix B.4.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace sand::experiments
