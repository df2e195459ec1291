// The formats: tensorflow/core/lib/io/record_writer.cc (framing), tensorflow/core/util/event.proto and
// tensorflow/core/framework/summary.proto (messages), protobuf.dev/programming-guides/encoding (bytes).
#include "experiments/runs/event_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace sand::experiments {
namespace {

constexpr std::size_t kLengthBytes = 8, kCrcBytes = 4;  // little-endian, before and after a message
constexpr std::uint64_t kMostEventBytes = 1 << 28;

enum Wire : unsigned { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

// field numbers
enum EventField : unsigned { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5 };
enum ValueField : unsigned { kTag = 1, kSimpleValue = 2, kHisto = 5 };
constexpr unsigned kValueOfSummary = 1;
enum HistoField : unsigned {
  kMin = 1,
  kMax = 2,
  kNum = 3,
  kSum = 4,
  kSumSquares = 5,
  kLimits = 6,
  kCounts = 7
};

/// A message under construction.
class Message {
 public:
  const std::string& bytes() const { return bytes_; }

  void put_varint(unsigned field, std::uint64_t number) { key(field, kVarint), varint(number); }
  void put_double(unsigned field, double number) { key(field, kFixed64), raw(number); }
  void put_float(unsigned field, float number) { key(field, kFixed32), raw(number); }
  void put_bytes(unsigned field, std::string_view bytes) {
    key(field, kLengthDelimited);
    varint(bytes.size());
    bytes_.append(bytes);
  }
  void put_packed(unsigned field, const std::vector<double>& numbers) {
    put_bytes(field, {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double)});
  }

 private:
  void key(unsigned field, Wire wire) { varint(field << 3 | wire); }
  void varint(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>(number | 0x80);
    bytes_ += static_cast<char>(number);
  }
  template <class Number>
  void raw(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  std::string bytes_;
};

template <class Number>
Number number_at(std::string_view bytes, std::size_t place) {
  Number number;
  std::memcpy(&number, bytes.data() + place, sizeof number);
  return number;
}

/// A rotated CRC plus a constant, because a CRC of data that contain CRCs is weak.
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

std::string framed(const std::string& message) {
  const std::uint64_t length = message.size();
  std::string record(reinterpret_cast<const char*>(&length), kLengthBytes);
  const auto put_crc = [&](std::string_view of) {
    const std::uint32_t crc = masked_crc(of);
    record.append(reinterpret_cast<const char*>(&crc), kCrcBytes);
  };
  put_crc(std::string(record));
  record += message;
  put_crc(message);
  return record;
}

/// The fields of a message from the left. Every length is checked.
class Reader {
 public:
  explicit Reader(std::string_view message) : rest_(message) {}
  bool at_end() const { return rest_.empty(); }

  std::optional<std::uint64_t> varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return number;
    }
    return std::nullopt;
  }
  bool skip(std::uint64_t bytes) {
    if (bytes > rest_.size()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(bytes));
    return true;
  }
  bool skip_value(unsigned wire) {
    if (wire == kFixed64) return skip(sizeof(double));
    if (wire == kFixed32) return skip(sizeof(float));
    const std::optional<std::uint64_t> number = varint();
    return number && (wire == kVarint || (wire == kLengthDelimited && skip(*number)));
  }

 private:
  std::string_view rest_;
};

/// The step of an Event, -1 without one; nothing if it is not a message.
std::optional<std::int64_t> step_of(std::string_view message) {
  std::int64_t step = -1;
  for (Reader reader(message); !reader.at_end();) {
    const std::optional<std::uint64_t> key = reader.varint();
    if (!key) return std::nullopt;
    if (*key == (kStep << 3 | kVarint)) {
      const std::optional<std::uint64_t> number = reader.varint();
      if (!number) return std::nullopt;
      step = static_cast<std::int64_t>(*number);
    } else if (!reader.skip_value(static_cast<unsigned>(*key & 7))) {
      return std::nullopt;
    }
  }
  return step;
}

/// The message of the record that begins at `place`; nothing if the record is not whole.
std::optional<std::string_view> message_at(std::string_view file, std::size_t place) {
  if (file.size() - place < kLengthBytes + kCrcBytes) return std::nullopt;
  const auto length = number_at<std::uint64_t>(file, place);
  const std::size_t begin = place + kLengthBytes + kCrcBytes;
  if (number_at<std::uint32_t>(file, place + kLengthBytes) != masked_crc(file.substr(place, kLengthBytes)) ||
      length > kMostEventBytes || file.size() - begin < length + kCrcBytes)
    return std::nullopt;
  const std::string_view message = file.substr(begin, static_cast<std::size_t>(length));
  if (number_at<std::uint32_t>(file, begin + message.size()) != masked_crc(message)) return std::nullopt;
  return message;
}

Message message_of(const Histogram& histogram) {
  Message message;
  message.put_double(kMin, histogram.least);
  message.put_double(kMax, histogram.most);
  message.put_double(kNum, histogram.numbers);
  message.put_double(kSum, histogram.sum);
  message.put_double(kSumSquares, histogram.sum_of_squares);
  message.put_packed(kLimits, histogram.ends);
  message.put_packed(kCounts, histogram.counts);
  return message;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t byte = 0; byte < remainders.size(); ++byte) {
      remainders[byte] = byte;
      for (int bit = 0; bit < 8; ++bit)
        remainders[byte] = remainders[byte] >> 1 ^ (remainders[byte] & 1 ? 0x82f63b78u : 0);
    }
    return remainders;
  }();
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ crc >> 8;
  return ~crc;
}

Histogram Histogram::of(std::span<const Scalar> numbers) {
  constexpr std::size_t kMostBuckets = 30;
  Histogram histogram;
  if (numbers.empty()) return histogram;
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  histogram.least = *least;
  histogram.most = *most;
  histogram.numbers = static_cast<double>(numbers.size());
  const std::size_t buckets = histogram.least == histogram.most ? 1 : kMostBuckets;
  const double width = (histogram.most - histogram.least) / static_cast<double>(buckets);
  histogram.counts.assign(buckets, 0);
  for (std::size_t i = 1; i < buckets; ++i)
    histogram.ends.push_back(histogram.least + width * static_cast<double>(i));
  histogram.ends.push_back(histogram.most);
  for (const double number : numbers) {
    histogram.sum += number;
    histogram.sum_of_squares += number * number;
    // the first bucket whose end is not below the number
    const auto end = std::lower_bound(histogram.ends.begin(), histogram.ends.end() - 1, number);
    histogram.counts[static_cast<std::size_t>(end - histogram.ends.begin())] += 1;
  }
  return histogram;
}

std::string file_beginning(double seconds) {
  Message event;
  event.put_double(kWallTime, seconds);
  event.put_bytes(kFileVersion, "brain.Event:2");
  return framed(event.bytes());
}

std::string record_of(const Event& event) {
  Message summary;
  for (const auto& [tag, number] : event.scalars) {
    Message value;
    value.put_bytes(kTag, tag);
    value.put_float(kSimpleValue, static_cast<float>(number));
    summary.put_bytes(kValueOfSummary, value.bytes());
  }
  for (const auto& [tag, histogram] : event.histograms) {
    Message value;
    value.put_bytes(kTag, tag);
    value.put_bytes(kHisto, message_of(histogram).bytes());
    summary.put_bytes(kValueOfSummary, value.bytes());
  }
  Message message;
  message.put_double(kWallTime, event.seconds);
  message.put_varint(kStep, static_cast<std::uint64_t>(event.step));
  message.put_bytes(kSummary, summary.bytes());
  return framed(message.bytes());
}

std::size_t bytes_before(std::string_view file, std::int64_t step) {
  std::size_t place = 0;
  while (const std::optional<std::string_view> message = message_at(file, place)) {
    const std::optional<std::int64_t> found = step_of(*message);
    if (!found || *found >= step) break;
    place += kLengthBytes + message->size() + 2 * kCrcBytes;
  }
  return place;
}

}  // namespace sand::experiments
