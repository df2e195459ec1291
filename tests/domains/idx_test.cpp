#include "domains/idx.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tensor/error.h"
#include "tests/domains/bytes.h"
#include "tests/folder.h"

using sand::Fault;
using sand::domains::Bytes;
using sand::domains::first;
using sand::domains::Idx;
using sand::domains::parse_idx;
using sand::domains::read_idx;
using sand::domains::operator+;
using sand::testing::Folder;

namespace {

namespace fs = std::filesystem;

Bytes little_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 24)};
}

/// A deflate block that stores its bytes.
Bytes stored(const Bytes& bytes, bool is_last) {
  const auto low = static_cast<std::uint8_t>(bytes.size()),
             high = static_cast<std::uint8_t>(bytes.size() >> 8);
  return Bytes{is_last, low, high, static_cast<std::uint8_t>(~low), static_cast<std::uint8_t>(~high)} + bytes;
}

const Bytes kGzipHeader{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};

std::uint32_t crc32_of(const Bytes& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

Bytes gzip(const Bytes& bytes) {
  return kGzipHeader + stored(bytes, true) + little_endian(crc32_of(bytes)) +
         little_endian(static_cast<std::uint32_t>(bytes.size()));
}

/// The error of parse_idx on a broken file.
std::string complaint(const Bytes& file, int rank) {
  try {
    parse_idx(file, "digits.idx", rank);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == Fault::data);
    return error.what();
  }
  return "no complaint";
}

bool begins(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }

const Bytes kPairs{0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 10, 11, 20, 21, 30, 31};  // [3, 2]
const std::string kFetchAgain = "\n    hint: fetch the file again: it was cut short or damaged in transfer";

}  // namespace

TEST_CASE("An IDX file gives its sizes and its bytes, raw or gzipped") {
  for (const Bytes& file : {kPairs, gzip(kPairs)}) {
    const Idx idx = parse_idx(file, "digits.idx", 2);
    CHECK(idx.sizes == std::vector<sand::Index>{3, 2});
    CHECK(idx.bytes == Bytes{10, 11, 20, 21, 30, 31});
  }
}

TEST_CASE("An IDX file has one to four axes") {
  Bytes file{0, 0, 8, 0};
  for (int rank = 1; rank <= 4; ++rank) {
    ++file[3];
    file = file + Bytes{0, 0, 0, 1};
    CHECK(parse_idx(file + Bytes{7}, "digits.idx", rank).sizes ==
          std::vector<sand::Index>(static_cast<std::size_t>(rank), 1));
  }
  CHECK_THROWS_WITH_AS(parse_idx(kPairs, "digits.idx", 5), "idx: expected 1 to 4 axes, found 5", sand::Error);
  CHECK_THROWS_WITH_AS(parse_idx(kPairs, "digits.idx", 0), "idx: expected 1 to 4 axes, found 0", sand::Error);
}

TEST_CASE("Sizes are big-endian") {
  CHECK(parse_idx(Bytes{0, 0, 8, 1, 0, 0, 1, 2} + Bytes(258), "digits.idx", 1).bytes.size() == 258);
}

TEST_CASE("An IDX file that is cut anywhere is refused with what was expected and found") {
  for (std::size_t length = 0; length < 12; ++length)
    CHECK(complaint(first(length, kPairs), 2) ==
          "idx: the file ends within its header\n    file     digits.idx\n    expected 12 bytes of header\n  "
          "  found    " +
              std::to_string(length) + " bytes in all" + kFetchAgain);
  for (std::size_t length = 12; length < kPairs.size(); ++length)
    CHECK(complaint(first(length, kPairs), 2) ==
          "idx: the file ends before its data does\n    file     digits.idx\n    expected 6 bytes (3 x 2) "
          "after a header of 12"
          "\n    found    a file of " +
              std::to_string(length) + " bytes" + kFetchAgain);
}

TEST_CASE("A gzipped IDX file that is cut anywhere is refused") {
  const Bytes zipped = gzip(kPairs);
  for (std::size_t length = 2; length < zipped.size(); ++length)
    CHECK(complaint(first(length, zipped), 2) ==
          "gzip: the data end too early\n    file     digits.idx\n    expected the end of the "
          "compressed data and its checksum"
          "\n    found    the end of the file after " +
              std::to_string(length) + " bytes" + kFetchAgain);
}

TEST_CASE("Complete gzip data with a truncated IDX file inside is refused") {
  CHECK(begins(complaint(gzip(first(7, kPairs)), 2), "idx: the file ends within its header"));
  CHECK(complaint(gzip(first(14, kPairs)), 2) ==
        "idx: the file ends before its data does\n    file     digits.idx\n    expected 6 bytes (3 x 2) "
        "after a header of 12"
        "\n    found    2 bytes" +
            kFetchAgain);
}

TEST_CASE("A file with another magic number is refused, and the hint says what it may be") {
  const auto with_magic = [](const Bytes& magic) { return complaint(magic + Bytes(32), 3); };
  const std::string rule = "idx: the file must begin with the magic number of unsigned bytes with 3 axes";
  CHECK(with_magic({'e', '!', 'd', 'o'}) ==
        rule +
            "\n    file     digits.idx\n    expected 00 00 08 03\n    found    65 21 64 6f"
            "\n    hint: this is not an IDX file: look at how it begins; an error page may have been saved "
            "in its place");
  CHECK(with_magic({0, 0, 0x0d, 3}) ==
        rule +
            "\n    file     digits.idx\n    expected 00 00 08 03\n    found    00 00 0d 03"
            "\n    hint: only unsigned bytes (third byte 08) can be read: convert the file");
  CHECK(with_magic({0, 0, 8, 1}) ==
        rule +
            "\n    file     digits.idx\n    expected 00 00 08 03\n    found    00 00 08 01"
            "\n    hint: images have 3 axes and labels have 1: two files may have been swapped");
}

TEST_CASE("An error names a known other format of the file") {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\n", page = "<!DOCTYPE html><html>";
  CHECK(complaint(Bytes(pointer.begin(), pointer.end()), 1)
            .find("hint: this is a git-lfs pointer, not the file") != std::string::npos);
  CHECK(complaint(Bytes(page.begin(), page.end()), 3).find("hint: this is a page of HTML or XML") !=
        std::string::npos);
}

TEST_CASE("Sizes that are zero, overflow or exceed 1 GiB are refused before anything is allocated") {
  const auto with_sizes = [](const Bytes& sizes) {
    return complaint(Bytes{0, 0, 8, static_cast<std::uint8_t>(sizes.size() / 4)} + sizes,
                     static_cast<int>(sizes.size() / 4));
  };
  CHECK(with_sizes({0x40, 0, 0, 1}) ==
        "idx: the sizes in the header are out of range\n    file     digits.idx"
        "\n    expected at least 1 on every axis and at most 1 GiB in all\n    found    1073741825" +
            kFetchAgain);
  CHECK(begins(with_sizes(Bytes(16, 0xff)), "idx: the sizes in the header are out of range"));
  CHECK(begins(with_sizes({0, 0, 0, 0}), "idx: the sizes in the header are out of range"));
  CHECK(begins(with_sizes({0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}),
               "idx: the sizes in the header are out of range"));
  CHECK(begins(with_sizes({0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}),
               "idx: the sizes in the header are out of range"));
}

TEST_CASE("A file too small for its header is refused before anything is allocated") {
  const Bytes promise{0, 0, 8, 1, 0x40, 0, 0, 0};  // 1 GiB
  CHECK(complaint(promise, 1) ==
        "idx: the file ends before its data does\n    file     digits.idx"
        "\n    expected 1073741824 bytes (1073741824) after a header of 8\n    found    a file of 8 bytes" +
            kFetchAgain);
  CHECK(complaint(gzip(promise), 1) ==
        "idx: the file ends before its data does\n    file     digits.idx"
        "\n    expected 1073741824 bytes (1073741824) after a header of 8\n    found    a file of 31 bytes" +
            kFetchAgain);
}

TEST_CASE("Bytes after the data are refused, inside the gzip data and after it") {
  const std::string message =
      "idx: the file has bytes after its data\n    file     digits.idx\n    expected its end after 6 bytes "
      "(3 "
      "x 2)\n    found    more bytes" +
      kFetchAgain;
  CHECK(complaint(kPairs + Bytes{0}, 2) == message);
  CHECK(complaint(gzip(kPairs + Bytes{0}), 2) == message);
  CHECK(complaint(gzip(kPairs) + Bytes{1}, 2) ==
        "gzip: other bytes follow the compressed data\n    file     digits.idx\n    expected the end of the "
        "file, or zeros\n    found    more bytes" +
            kFetchAgain);
  CHECK(complaint(gzip(kPairs) + gzip(kPairs), 2) == message);
}

TEST_CASE("Consecutive gzip members, also empty ones, are read as one content") {
  for (std::size_t cut = 0; cut <= kPairs.size(); ++cut) {
    const Bytes rest(kPairs.begin() + static_cast<std::ptrdiff_t>(cut), kPairs.end());
    CHECK(parse_idx(gzip({}) + gzip(first(cut, kPairs)) + gzip({}) + gzip(rest) + gzip({}), "digits.idx", 2)
              .bytes == Bytes{10, 11, 20, 21, 30, 31});
  }
}

TEST_CASE("A gzip member may name its file, comment on it, carry extra fields and a checksum of its header") {
  constexpr std::uint8_t kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16;
  const Bytes body = [] {
    const Bytes member = gzip(kPairs);
    return Bytes(member.begin() + static_cast<std::ptrdiff_t>(kGzipHeader.size()), member.end());
  }();
  const Bytes extra{3, 0, 'a', 'b', 'c'}, name{'n', 0}, comment{0xe9, 0};
  for (const auto& [flags, fields] :
       {std::pair{kExtra, extra},
        {kName, name},
        {kComment, comment},
        {static_cast<std::uint8_t>(kExtra | kName | kComment), extra + name + comment}}) {
    Bytes header = kGzipHeader + fields;
    header[3] = flags;
    CHECK(parse_idx(header + body, "digits.idx", 2).sizes == std::vector<sand::Index>{3, 2});
    header[3] |= kHeaderCrc;
    const Bytes checked = header + first(2, little_endian(crc32_of(header)));
    CHECK(parse_idx(checked + body, "digits.idx", 2).sizes == std::vector<sand::Index>{3, 2});
    CHECK(begins(complaint(header + Bytes{1, 2} + body, 2), "gzip: the data are damaged"));
  }
}

TEST_CASE("Zeros after the last gzip member are padding, and other bytes are refused") {
  for (const std::size_t zeros : {1u, 2u, 511u})
    CHECK(parse_idx(gzip(kPairs) + Bytes(zeros), "digits.idx", 2).bytes.size() == 6);
  for (const Bytes& rest : {Bytes{0, 1}, Bytes{0} + gzip({}), Bytes{0x1f}, Bytes{'x'}})
    CHECK(begins(complaint(gzip(kPairs) + rest, 2), "gzip: other bytes follow the compressed data"));
  CHECK(begins(complaint(gzip(kPairs) + Bytes{0x1f, 0x8b}, 2), "gzip: the data end too early"));
}

TEST_CASE("Gzip data is unpacked only up to the length in the header") {
  const Bytes never_reached(1000, 0xff);  // not deflate: unpacking it would fail
  CHECK(begins(complaint(kGzipHeader + stored(kPairs + Bytes(2), false) + never_reached, 2),
               "idx: the file has bytes after its data"));
}

TEST_CASE("Any changed byte in the gzip data is refused") {
  const Bytes zipped = gzip(kPairs);
  for (std::size_t at = kGzipHeader.size(); at < zipped.size(); ++at) {
    Bytes changed = zipped;
    changed[at] ^= 1;
    CHECK_MESSAGE(complaint(changed, 2) != "no complaint", "byte " << at);
  }
  Bytes wrong_checksum = zipped;
  wrong_checksum[zipped.size() - 8] ^= 1;
  CHECK(complaint(wrong_checksum, 2) ==
        "gzip: the data are damaged\n    file     digits.idx\n    expected what gzip can unpack\n    "
        "found    incorrect data check" +
            kFetchAgain);
}

TEST_CASE("The content of a file decides whether it is gzipped, not its name") {
  const Folder folder;
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    std::ofstream(folder.path / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return folder.path / name;
  };
  CHECK(read_idx(write("raw.gz", kPairs), 2).bytes == Bytes{10, 11, 20, 21, 30, 31});
  CHECK(read_idx(write("zipped.idx", gzip(kPairs)), 2).bytes == Bytes{10, 11, 20, 21, 30, 31});
  CHECK_THROWS_WITH_AS(read_idx(write("empty.idx", {}), 2), doctest::Contains("found    0 bytes in all"),
                       sand::Error);
}

TEST_CASE(
    "Only regular files are opened: a folder, a pipe or a device is refused at once, and a missing file "
    "named") {
  const Folder folder;
  const auto fault = [](const fs::path& path) {
    try {
      read_idx(path, 1);
    } catch (const sand::Error& error) {
      CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
      return error.fault();
    }
    return Fault::internal;
  };
  CHECK(fault(folder.path) == Fault::data);
  REQUIRE(::mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  CHECK(fault(folder.path / "pipe") == Fault::data);
  CHECK(fault("/dev/zero") == Fault::data);
  CHECK(fault(folder.path / "nothing") == Fault::missing);
}

TEST_CASE("A file beyond 1 GiB is refused before it is read") {
  const Folder folder;
  const fs::path path = folder.path / "large.idx";
  std::ofstream(path).put('x');
  fs::resize_file(path, std::uintmax_t{1} << 42);  // sparse: takes no room on the disk
  CHECK_THROWS_WITH_AS(read_idx(path, 1),
                       doctest::Contains("expected at most 1 GiB\n    found    4398046511104 bytes"),
                       sand::Error);
}
