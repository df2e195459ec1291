// The format itself is tested in idx_test.cpp.
#include "domains/gzip.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tensor/error.h"
#include "tests/domains/bytes.h"
#include "tests/folder.h"

using sand::domains::Bytes;
using sand::domains::GzipReader;
using sand::domains::operator+;
using sand::testing::Folder;

namespace {

/// Bytes that take more than one block when they are packed.
Bytes noise(std::size_t count) {
  std::mt19937 dice(1);
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(dice());
  return bytes;
}

void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// The file NAME and NAME.gz, which has `members` members, each with the bytes.
void write_packed(const Folder& folder, const Bytes& bytes, int members) {
  write_bytes(folder.path / "raw", bytes);
  for (int i = 0; i < members; ++i)
    REQUIRE(std::system(("gzip -c " + folder / "raw" + " >>" + folder / "raw.gz").c_str()) == 0);
}

Bytes content_of(GzipReader& file, std::size_t at_once) {
  Bytes content, block(at_once);
  for (std::size_t count = at_once; count == at_once;) {
    count = file.read(block);
    content.insert(content.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return content;
}

}  // namespace

TEST_CASE("A large file is read in pieces of any size, raw or gzipped") {
  const Folder folder;
  const Bytes bytes = noise(300'001);
  write_packed(folder, bytes, 1);
  for (const char* name : {"raw", "raw.gz"})
    for (const std::size_t at_once : {7u, 65536u, 1000000u}) {
      GzipReader file(folder.path / name);
      CHECK(file.is_gzip() == (std::string(name) == "raw.gz"));
      CHECK(content_of(file, at_once) == bytes);
      CHECK(file.taken() == file.size());
      Bytes more(1);
      CHECK(file.read(more) == 0);
    }
}

TEST_CASE("A member may end anywhere in a block") {
  const Folder folder;
  const std::size_t block = 1 << 16;
  for (std::size_t count = block - 50; count < block - 20; ++count) {
    std::filesystem::remove(folder.path / "raw.gz");
    write_packed(folder, noise(count), 2);
    GzipReader file(folder.path / "raw.gz");
    CHECK(content_of(file, 1000) == noise(count) + noise(count));
  }
}

TEST_CASE("Many zeros may follow the last member, and no other byte after them") {
  const Folder folder;
  write_packed(folder, noise(10), 1);
  std::filesystem::resize_file(folder.path / "raw.gz", 200'000);
  GzipReader padded(folder.path / "raw.gz");
  CHECK(content_of(padded, 100) == noise(10));
  std::ofstream(folder.path / "raw.gz", std::ios::app) << 'x';
  GzipReader followed(folder.path / "raw.gz");
  CHECK_THROWS_WITH_AS(content_of(followed, 100),
                       doctest::Contains("gzip: other bytes follow the compressed data"), sand::Error);
}

TEST_CASE("Gzip data unpack to at most kMostInflation times their size") {
  const Folder folder;
  write_packed(folder, Bytes(50'000'000), 1);
  GzipReader file(folder.path / "raw.gz");
  CHECK(file.size() * GzipReader::kMostInflation >= 50'000'000);
  std::size_t total = 0;
  for (Bytes block(1 << 12); std::size_t count = file.read(block); total += count)
    CHECK(std::all_of(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count),
                      [](auto byte) { return byte == 0; }));
  CHECK(total == 50'000'000);
}

TEST_CASE("The beginning of a file is at most 100 of its bytes") {
  const Bytes bytes = noise(150);
  GzipReader file(bytes, "noise");
  CHECK(file.beginning() == std::string(bytes.begin(), bytes.begin() + 100));
  CHECK(GzipReader(std::span(bytes).first(3), "short").beginning().size() == 3);
}
