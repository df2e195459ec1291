#include "experiments/run_directory.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>

#include "tensor/error.h"
#include "tests/experiments/folder.h"

using sand::Error;
using sand::Fault;
using namespace sand::experiments;

namespace {

Fault fault_of_making(const std::filesystem::path& path, bool fresh) {
  try {
    RunDirectory(path, fresh);
  } catch (const Error& error) {
    return error.fault();
  }
  return Fault{};
}

/// While it lives, no file may grow beyond `bytes`: as good as a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : old_action_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_action_);
  }

 private:
  void (*old_action_)(int);
  rlimit old_limit_{};
};

}  // namespace

TEST_CASE("A run directory is made with all its parents, and an empty one is as good as a new one") {
  const Folder folder;
  const RunDirectory run(folder.path / "a/b/c", false);
  CHECK(std::filesystem::is_directory(folder.path / "a/b/c"));
  CHECK(fault_of_making(folder.path / "a/b/c", false) == Fault{});
}

TEST_CASE("A directory that holds a run is refused, and with fresh that run is removed but nothing else") {
  const Folder folder;
  const RunDirectory run(folder.path, false);
  for (const char* name : {"config.json", "results.jsonl", "metrics.jsonl", "out.txt", "weights.safetensors", "done", "notes.txt"})
    run.write(name, "x");
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path, false),
                       ("run directory: it holds a run already\n    path " + folder.path.string() +
                        "\n    hint: --fresh starts over and removes that run; or give another --output-dir")
                           .c_str(),
                       Error);
  CHECK(fault_of_making(folder.path, false) == Fault::busy);
  CHECK(fault_of_making(folder.path, true) == Fault{});
  CHECK(names_in(folder.path) == std::set<std::string>{"notes.txt"});
}

TEST_CASE("Fresh never touches a directory that holds no run") {
  const Folder folder;
  std::ofstream(folder.path / "done") << "somebody's";
  CHECK(fault_of_making(folder.path, true) == Fault::busy);
  CHECK(text_of(folder.path / "done") == "somebody's");
}

TEST_CASE("A file in the way of the directory is an I/O error") {
  const Folder folder;
  std::ofstream(folder.path / "file") << "x";
  CHECK(fault_of_making(folder.path / "file", false) == Fault::io);
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path / "file", false), doctest::Contains("reason Not a directory"), Error);
  CHECK(fault_of_making(folder.path / "file/run", true) == Fault::io);
}

TEST_CASE("Lines are appended whole, files are written whole") {
  const Folder folder;
  const RunDirectory run(folder.path, false);
  run.append("out.txt", "one");
  run.append("out.txt", "two");
  run.write("done", "old");
  run.write("done", "new");
  CHECK(text_of(folder.path / "out.txt") == "one\ntwo\n");
  CHECK(text_of(folder.path / "done") == "new");
  CHECK(names_in(folder.path) == std::set<std::string>{"done", "out.txt"});
}

TEST_CASE("On a full disk a line that does not fit leaves no trace, and neither does a file") {
  const Folder folder;
  const RunDirectory run(folder.path, false);
  run.append("out.txt", "one");
  {
    const FullDisk disk(10);
    CHECK_THROWS_WITH_AS(run.append("out.txt", "far too long"), doctest::Contains("run directory: cannot write"), Error);
    CHECK_THROWS_AS(run.write("config.json", "far too long"), Error);
    run.append("out.txt", "two");
  }
  CHECK(text_of(folder.path / "out.txt") == "one\ntwo\n");
  CHECK(names_in(folder.path) == std::set<std::string>{"out.txt"});
}

TEST_CASE("A line is never appended through a link to elsewhere") {
  const Folder folder;
  const RunDirectory run(folder.path / "run", false);
  std::filesystem::create_symlink(folder.path / "elsewhere", folder.path / "run/out.txt");
  CHECK_THROWS_AS(run.append("out.txt", "x"), Error);
  CHECK_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
}
