#include "experiments/run_lock.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <optional>

#include "tensor/error.h"
#include "tests/experiments/folder.h"

using namespace sand::experiments;

TEST_CASE("A directory is locked once, and whoever comes second learns who holds it") {
  const Folder folder;
  std::optional<RunLock> lock(folder.path);
  const std::string holder = "holder process " + std::to_string(::getpid()) + " on ";
  CHECK_THROWS_WITH_AS(RunLock(folder.path), doctest::Contains(holder.c_str()), sand::Error);
  try {
    RunLock second(folder.path);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::busy);
  }
  lock.reset();
  CHECK(names_in(folder.path).empty());
  const RunLock next(folder.path);
}

TEST_CASE("A lock file that a dead process left locks nobody out, whatever is in it") {
  const Folder folder;
  std::ofstream(folder.path / RunLock::kName) << std::string(100000, '\x1b');
  const RunLock lock(folder.path);
  CHECK(text_of(folder.path / RunLock::kName).rfind("process " + std::to_string(::getpid()), 0) == 0);
}

TEST_CASE("A link in place of the lock is not followed") {
  const Folder folder;
  std::ofstream(folder.path / "mine") << "text";
  std::filesystem::create_symlink("mine", folder.path / RunLock::kName);
  CHECK_THROWS_WITH_AS(RunLock(folder.path), doctest::Contains("cannot lock it"), sand::Error);
  CHECK(text_of(folder.path / "mine") == "text");
}
