#include "tensor/directory.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <filesystem>
#include <fstream>

#include "tensor/error.h"
#include "tensor/file.h"
#include "tests/folder.h"

using sand::Directory;
using sand::Error;
using sand::NewFile;
using sand::open_in_place;
using sand::testing::Folder;
using sand::testing::names_in;
using sand::testing::text_of;

namespace fs = std::filesystem;

TEST_CASE("A moved directory is still the one in use") {
  const Folder folder;
  fs::create_directory(folder.path / "a");
  const Directory held((folder.path / "a").string());
  CHECK(held.in_place());
  fs::rename(folder.path / "a", folder.path / "b");
  CHECK_FALSE(held.in_place());
  fs::create_directory(folder.path / "a");
  CHECK_FALSE(held.in_place());
  sand::NewFile file(held, "new");
  file.write(std::as_bytes(std::span("x", 1)));
  file.commit();
  held.subdirectory("c");
  held.check_exists();
  CHECK(held.names() == std::vector<std::string>{"c", "new"});
  CHECK(names_in(folder.path / "b") == std::set<std::string>{"c", "new"});
  CHECK(names_in(folder.path / "a").empty());
  CHECK(sand::InputFile(held, "new").size() == 1);
  CHECK(held.has("new"));
  held.remove("new");
  held.remove("new");
  CHECK_FALSE(held.has("new"));
}

TEST_CASE("A removed directory gives an error") {
  const Folder folder;
  fs::create_directory(folder.path / "a");
  const Directory held((folder.path / "a").string());
  fs::remove(folder.path / "a");
  CHECK_FALSE(held.in_place());
  CHECK_THROWS_WITH_AS(held.check_exists(),
                       doctest::Contains("directory: it was removed while it was in use"), Error);
}

TEST_CASE("If a directory is removed while a file is written in it, the error says so") {
  const char* const removed = "directory: it was removed while it was in use";
  const Folder folder;
  fs::create_directory(folder.path / "a");
  const Directory held((folder.path / "a").string());
  NewFile begun(held, "file");
  fs::remove_all(folder.path / "a");
  CHECK_THROWS_WITH_AS(begun.commit(), doctest::Contains(removed), Error);
  CHECK_THROWS_WITH_AS(NewFile(held, "other"), doctest::Contains(removed), Error);
  CHECK_THROWS_WITH_AS(open_in_place(held, "lines", O_WRONLY | O_CREAT), doctest::Contains(removed), Error);
}

TEST_CASE("A subdirectory must be a real directory") {
  const Folder folder;
  const Directory held(folder.path.string());
  fs::create_directory(folder.path / "real");
  fs::create_symlink("real", folder.path / "link");
  std::ofstream(folder.path / "file") << "x";
  CHECK(held.subdirectory("real").path() == (folder.path / "real").string());
  for (const auto& [name, found] : {std::pair{"link", "found a link"}, {"file", "found a file"}})
    CHECK_THROWS_WITH_AS(held.subdirectory(name), doctest::Contains(found), Error);
}

TEST_CASE("A file system that cannot sync directories is not an error") {
  Directory("/proc").sync();  // EINVAL
}

TEST_CASE("An error names a path that cannot be opened, checked or removed") {
  const Folder folder;
  const Directory held(folder.path.string());
  CHECK_THROWS_WITH_AS(Directory((folder.path / "none").string()),
                       doctest::Contains("reason No such file or directory"), Error);
  fs::create_symlink("loop", folder.path / "loop");
  CHECK_THROWS_WITH_AS(held.has("loop"), doctest::Contains("reason Too many levels of symbolic links"),
                       Error);
  fs::create_directory(folder.path / "folder");
  CHECK_THROWS_WITH_AS(held.remove("folder"), doctest::Contains("directory: cannot remove an old file"),
                       Error);
}

TEST_CASE("Only a regular file is changed in place") {
  const Folder folder;
  const Directory held(folder.path.string());
  std::ofstream(folder.path / "mine") << "text";
  fs::create_symlink("mine", folder.path / "link");
  CHECK(sand::open_in_place(held, "mine", O_WRONLY).size == 4);
  CHECK_THROWS_WITH_AS(sand::open_in_place(held, "link", O_WRONLY),
                       doctest::Contains("must be a regular file, not a link"), Error);
  CHECK_THROWS_WITH_AS(sand::open_in_place(held, "none", O_WRONLY),
                       doctest::Contains("No such file or directory"), Error);
  CHECK(text_of(folder.path / "mine") == "text");
}
