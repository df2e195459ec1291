#include "experiments/runs/event_file.h"

#include <doctest/doctest.h>

#include <numeric>

using namespace sand::experiments;
using sand::Scalar;

namespace {

std::string file_of(std::initializer_list<int> steps) {
  std::string file = file_beginning(5);
  for (const int step : steps) file += record_of({.step = step, .seconds = 6, .scalars = {{"loss", 0.5}}});
  return file;
}

}  // namespace

TEST_CASE("Check sums are those of RFC 3720, appendix B.4") {
  std::string ascending(32, '\0');
  std::iota(ascending.begin(), ascending.end(), '\0');
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(crc32c(ascending) == 0x46dd794e);
  CHECK(crc32c("123456789") == 0xe3069283);
}

TEST_CASE("A scalar has the bytes that TensorFlow's protocol buffers give it") {
  const std::string record = record_of({.step = 300, .seconds = 1, .scalars = {{"loss", 0.5}}});
  const std::string message(
      "\x09\0\0\0\0\0\0\xf0\x3f"                     // wall_time 1.0
      "\x10\xac\x02"                                 // step 300
      "\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f",  // summary { value { tag, 0.5 } }
      9 + 3 + 15);
  REQUIRE(record.size() == 8 + 4 + message.size() + 4);
  CHECK(record.substr(0, 8) == std::string("\x1b\0\0\0\0\0\0\0", 8));
  CHECK(record.substr(12, message.size()) == message);
}

TEST_CASE("A histogram counts every number once, in buckets from the least to the most") {
  const std::vector<Scalar> numbers = {-1, 0, 0.5, 2, 2};
  const Histogram histogram = Histogram::of(numbers);
  CHECK(histogram.least == -1);
  CHECK(histogram.most == 2);
  CHECK(histogram.numbers == 5);
  CHECK(histogram.sum == 3.5);
  CHECK(histogram.sum_of_squares == 9.25);
  REQUIRE(histogram.ends.size() == 30);
  CHECK(histogram.ends.back() == 2);
  CHECK(histogram.counts.front() == 1);
  CHECK(histogram.counts.back() == 2);
  CHECK(std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0) == 5);
}

TEST_CASE("Equal numbers share one bucket, and no numbers have none") {
  const std::vector<Scalar> equal(7, Scalar{0.25});
  CHECK(Histogram::of(equal).counts == std::vector<double>{7});
  CHECK(Histogram::of(equal).ends == std::vector<double>{0.25});
  CHECK(Histogram::of({}).counts.empty());
}

TEST_CASE("A file is cut before the first record of a step") {
  const std::string file = file_of({0, 10, 20});
  CHECK(bytes_before(file, 0) == file_of({}).size());
  CHECK(bytes_before(file, 10) == file_of({0}).size());
  CHECK(bytes_before(file, 11) == file_of({0, 10}).size());
  CHECK(bytes_before(file, 21) == file.size());
  CHECK(bytes_before("", 5) == 0);
}

TEST_CASE("A file is cut before the first damaged record, wherever the damage is") {
  const std::string file = file_of({0, 10}), whole = file_of({0});
  for (std::size_t length = 0; length < file.size(); ++length)
    CHECK(bytes_before(file.substr(0, length), 99) <= length);
  CHECK(bytes_before(file + "half a record", 99) == file.size());
  for (std::size_t i = whole.size(); i < file.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = file;
      damaged[i] = static_cast<char>(damaged[i] ^ 1 << bit);
      CHECK(bytes_before(damaged, 99) == whole.size());
    }
  CHECK(bytes_before(std::string(100, '\xff'), 99) == 0);
}
