#include "experiments/setup/photo_cache.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tensor/error.h"
#include "tests/experiments/full_disk.h"
#include "tests/folder.h"

using sand::experiments::FullDisk;
using sand::experiments::photo_cache_folder;
using sand::experiments::PhotoCache;
using namespace sand::testing;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEach = 3 * 8 * 8;
using Bytes = std::vector<std::uint8_t>;

/// Files of photos, and the start of a program that decodes those it does not know: their pixels are the
/// letter of the file.
struct Start {
  explicit Start(const Folder& of) : folder(of) {}

  const Folder& folder;
  int side = 8;
  bool turned = false;
  std::vector<fs::path> files;
  std::vector<std::string> notes{};
  std::vector<bool> known{};
  Bytes images{}, orientations{};

  void add(const std::string& name, const std::string& content) {
    write_file(folder.path / name, content);
    files.push_back(folder.path / name);
  }
  /// Returns how many were decoded.
  int run(const std::vector<bool>& readable) {
    PhotoCache cache({.folder = folder.path / "cache",
                      .side = side,
                      .turned = turned,
                      .note = [&](const std::string& line) { notes.push_back(line); }});
    images.assign(files.size() * kEach, 0);
    orientations.assign(files.size(), 1);
    known.assign(files.size(), false);
    if (cache.look_up(files)) known = cache.recall(images, orientations);
    int decoded = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (known[i]) continue;
      ++decoded;
      const std::string content = text_of(files[i]);
      cache.decoded(i, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
      if (!readable[i]) continue;
      std::fill_n(images.begin() + static_cast<std::ptrdiff_t>(i * kEach), kEach,
                  static_cast<std::uint8_t>(content[0]));
      orientations[i] = static_cast<std::uint8_t>(content.size());
    }
    cache.keep(readable, images, orientations);
    return decoded;
  }
  int run() { return run(std::vector<bool>(files.size(), true)); }
};

}  // namespace

TEST_CASE("Photos are decoded once, and come back with their orientation in the order of their files") {
  const Folder folder;
  Start start(folder);
  start.add("one", "bb");
  start.add("two", "a");
  start.add("again", "bb");
  CHECK(start.run() == 3);
  const Bytes images = start.images, orientations = start.orientations;
  CHECK(start.run() == 0);
  CHECK(start.images == images);
  CHECK(start.orientations == orientations);
  CHECK(start.orientations == Bytes{2, 1, 2});
  std::reverse(start.files.begin(), start.files.end());
  CHECK(start.run() == 0);
  CHECK(start.images[0] == 'b');
  CHECK(start.images[kEach] == 'a');
  CHECK(start.notes.empty());
  CHECK(names_in(folder.path / "cache").size() == 1);
}

TEST_CASE("Another photo, size or turn has a cache of its own") {
  const Folder folder;
  Start start(folder);
  start.add("one", "b");
  CHECK(start.run() == 1);
  start.turned = true;
  CHECK(start.run() == 1);
  start.turned = false;
  start.add("two", "a");
  CHECK(start.run() == 2);
  write_file(folder.path / "two", "c");
  CHECK(start.run() == 2);
  CHECK(names_in(folder.path / "cache").size() == 4);
  start.files.pop_back();
  CHECK(start.run() == 0);
}

TEST_CASE("A file that cannot be read is not kept, and does not make the cache be written again") {
  const Folder folder;
  Start start(folder);
  start.add("one", "b");
  start.add("broken", "a");
  CHECK(start.run({true, false}) == 2);
  const fs::path cache = *fs::directory_iterator(folder.path / "cache");
  const fs::file_time_type written = fs::last_write_time(cache) - std::chrono::hours(1);
  fs::last_write_time(cache, written);
  CHECK(start.run({true, false}) == 1);
  CHECK(fs::last_write_time(cache) == written);
  CHECK(start.run({true, true}) == 1);  // as after a lack of memory
  CHECK(start.run() == 0);
}

TEST_CASE("Every flipped byte of a cache is found, and the cache is written again") {
  const Folder folder;
  Start start(folder);
  start.add("one", "b");
  start.add("two", "a");
  start.run();
  const fs::path cache = *fs::directory_iterator(folder.path / "cache");
  const std::string good = text_of(cache);
  const Bytes images = start.images, orientations = start.orientations;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    write_file(cache, bad);
    start.notes.clear();
    CHECK(start.run() == 2);
    REQUIRE(start.notes.size() == 1);
    CHECK(start.notes[0].find("the cache of photos is not used, and written again: ") == 0);
    CHECK(start.images == images);
    CHECK(start.orientations == orientations);
    CHECK(text_of(cache) == good);
  }
  for (const std::string& bad : {std::string(), good.substr(0, 96), good + good, good.substr(1)}) {
    write_file(cache, bad);
    CHECK(start.run() == 2);
    CHECK(text_of(cache) == good);
  }
}

TEST_CASE("A full disk and a folder that cannot be made cost only the cache") {
  const Folder folder;
  Start start(folder);
  start.add("one", "b");
  {
    const FullDisk disk(100);
    CHECK(start.run() == 1);
  }
  REQUIRE(start.notes.size() == 1);
  CHECK(start.notes[0].find(
            "the cache of photos was not written, the next start decodes them again: file: ") == 0);
  CHECK(start.notes[0].find('\n') == std::string::npos);
  CHECK(names_in(folder.path / "cache").empty());
  fs::remove(folder.path / "cache");
  write_file(folder.path / "cache", "a file");
  CHECK(start.run() == 1);
  CHECK(start.notes.size() == 2);
}

TEST_CASE("The cache lies beside the run directory unless a folder is named") {
  const Folder folder;
  CHECK(photo_cache_folder("", "") == "");
  CHECK(photo_cache_folder("none", folder / "run") == "");
  CHECK(photo_cache_folder("kept", folder / "run") == "kept");
  const std::string whole = fs::weakly_canonical(folder.path).string();
  CHECK(photo_cache_folder("", folder / "run") == whole);
  CHECK(photo_cache_folder("", folder / "run/") == whole);
  CHECK(photo_cache_folder("", folder.path.string()) == fs::path(whole).parent_path().string());
  CHECK_THROWS_WITH_AS(photo_cache_folder(folder / "run/", folder / "run"),
                       doctest::Contains("--photo-cache: must not be the run directory"), sand::Error);
}
