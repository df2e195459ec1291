#include "tensor/file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tensor/error.h"
#include "tests/folder.h"
#include "tests/text.h"

using sand::testing::bytes_of;
using sand::testing::Folder;
using sand::testing::names_in;
using sand::testing::text_of;

namespace {

namespace fs = std::filesystem;

void write_file(const std::string& path, const std::string& text) {
  sand::NewFile file(path);
  file.write(bytes_of(text));
  file.commit();
}

sand::Fault fault_of_reading(const std::string& path) {
  try {
    sand::InputFile file(path);
  } catch (const sand::Error& error) {
    return error.fault();
  }
  return {};
}

/// During its lifetime, no file of this process grows beyond this number of bytes, as on a small disk.
struct SmallDisk {
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before);
    handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
  rlimit before = {};
  void (*handler)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("A file is read in pieces, and reading past its end fails") {
  const Folder folder;
  write_file(folder / "a", "sandgrad");
  sand::InputFile file(folder / "a");
  CHECK(file.size() == 8);
  std::string start(4, ' '), rest(5, ' ');
  file.read(std::as_writable_bytes(std::span(start)));
  CHECK(start == "sand");
  CHECK_THROWS_WITH_AS(
      file.read(std::as_writable_bytes(std::span(rest))),
      ("file: ended early; was it cut while it was read?\n    file " + (folder / "a")).c_str(), sand::Error);
}

TEST_CASE("Only a regular file is read") {
  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(fault_of_reading(folder / "none") == sand::Fault::missing);
  CHECK(fault_of_reading(folder / "pipe/none") == sand::Fault::missing);
  CHECK(fault_of_reading(folder / "pipe") == sand::Fault::data);  // without waiting for a writer
  CHECK(fault_of_reading(folder.path.string()) == sand::Fault::data);
  CHECK(fault_of_reading("/dev/zero") == sand::Fault::data);
}

TEST_CASE("A new file replaces the old one only when it is complete") {
  const Folder folder;
  write_file(folder / "a", "old");
  {
    sand::NewFile file(folder / "a");
    file.write(bytes_of("new"));
    CHECK(text_of(folder / "a") == "old");
  }
  CHECK(text_of(folder / "a") == "old");
  CHECK(names_in(folder.path).size() == 1);
  write_file(folder / "a", "new");
  CHECK(text_of(folder / "a") == "new");
  CHECK(names_in(folder.path).size() == 1);
}

TEST_CASE("Two writers of one path use different temporary files") {
  const Folder folder;
  sand::NewFile first(folder / "a"), second(folder / "a");
  first.write(bytes_of("first"));
  second.write(bytes_of("second"));
  second.commit();
  CHECK(text_of(folder / "a") == "second");
  first.commit();
  CHECK(text_of(folder / "a") == "first");
}

TEST_CASE("A full disk leaves the old file unchanged and no part of the new one") {
  const Folder folder;
  write_file(folder / "a", "old");
  {
    const SmallDisk disk(1000);
    CHECK_THROWS_WITH_AS(write_file(folder / "a", std::string(5000, 'x')),
                         ("file: writing failed; nothing was changed\n    file  " + (folder / "a") +
                          "\n    found File too large")
                             .c_str(),
                         sand::Error);
  }
  CHECK(text_of(folder / "a") == "old");
  CHECK(names_in(folder.path).size() == 1);
}

TEST_CASE("Writing to an impossible path fails, and only a regular file is replaced") {
  const Folder folder;
  fs::create_directory(folder / "taken");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(write_file(folder / "none/a", "x"), sand::Error);
  CHECK_THROWS_AS(write_file(folder / "pipe", "x"), sand::Error);
  CHECK_THROWS_WITH_AS(write_file(folder / "taken", "x"),
                       ("file: only a regular file can be replaced\n    file " + (folder / "taken")).c_str(),
                       sand::Error);
  CHECK(names_in(folder.path).size() == 2);
}
