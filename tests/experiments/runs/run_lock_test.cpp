#include "experiments/runs/run_lock.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand::experiments;
using namespace sand::testing;

TEST_CASE("A directory is locked once, and the second process gets the name of the holder") {
  const Folder folder;
  const sand::Directory directory(folder.path.string()), again(folder.path.string());
  std::optional<RunLock> lock(directory);
  const std::string holder = "holder process " + std::to_string(::getpid()) + " on ";
  CHECK_THROWS_WITH_AS(RunLock{again}, doctest::Contains(holder.c_str()), sand::Error);
  try {
    RunLock second(again);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::busy);
  }
  lock.reset();
  CHECK(names_in(folder.path).empty());
  const RunLock next(again);
}

TEST_CASE("A lock file left by a dead process does not lock the directory") {
  const Folder folder;
  std::ofstream(folder.path / RunLock::kName) << std::string(100000, '\x1b');
  const RunLock lock(sand::Directory(folder.path.string()));
  CHECK(text_of(folder.path / RunLock::kName).rfind("process " + std::to_string(::getpid()), 0) == 0);
}

TEST_CASE("A link in place of the lock is not followed") {
  const Folder folder;
  std::ofstream(folder.path / "mine") << "text";
  std::filesystem::create_symlink("mine", folder.path / RunLock::kName);
  CHECK_THROWS_WITH_AS(RunLock(sand::Directory(folder.path.string())),
                       doctest::Contains("must be a regular file, not a link"), sand::Error);
  CHECK(text_of(folder.path / "mine") == "text");
}

TEST_CASE("A pipe in place of the lock is refused at once") {
  const Folder folder;
  REQUIRE(::mkfifo((folder.path / RunLock::kName).c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(RunLock(sand::Directory(folder.path.string())),
                       doctest::Contains("must be a regular file"), sand::Error);
}

TEST_CASE("A lock holds although its file is removed, and removes no file that another put there") {
  const Folder folder;
  const sand::Directory directory(folder.path.string()), again(folder.path.string());
  std::optional<RunLock> lock(directory);
  std::filesystem::remove(folder.path / RunLock::kName);
  CHECK_THROWS_WITH_AS(RunLock{again}, doctest::Contains("holder unknown"), sand::Error);
  std::ofstream(folder.path / RunLock::kName) << "another's";
  lock.reset();
  CHECK(text_of(folder.path / RunLock::kName) == "another's");
}
