// Logs: appended, truncated, and changed by another process.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "experiments/runs/run_directory.h"
#include "tensor/error.h"
#include "tests/experiments/full_disk.h"
#include "tests/folder.h"

using sand::Error;
using namespace sand::experiments;
using namespace sand::testing;

TEST_CASE("Logs are truncated to a given length") {
  const Folder folder;
  RunDirectory run(folder.path);
  for (const char* line : {"one", "two", "three"}) run.append("metrics.jsonl", line);
  run.cut("metrics.jsonl", 8);
  CHECK(text_of(folder.path / "metrics.jsonl") == "one\ntwo\n");
  run.cut("metrics.jsonl", 0);
  run.append("metrics.jsonl", "four");
  CHECK(text_of(folder.path / "metrics.jsonl") == "four\n");
  run.cut("results.jsonl", 0);  // there is no such file, and none is needed
  CHECK_THROWS_AS(run.cut("results.jsonl", 4), Error);
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "metrics.jsonl", "run.lock"});
}

TEST_CASE("An error names a log that another process changes, shortens or removes during the run") {
  const Folder folder;
  RunDirectory run(folder.path);
  const std::filesystem::path log = folder.path / "results.jsonl";
  run.append("results.jsonl", "one");
  const doctest::Contains says("run directory: a log changed during the run");
  for (const char* text : {"one", "one\nmine\n", ""}) {
    write_file(log, text);
    CHECK_THROWS_WITH_AS(run.append("results.jsonl", "two"), says, Error);
    CHECK_THROWS_WITH_AS(run.sync(), says, Error);
    CHECK(text_of(log) == text);
  }
  std::filesystem::remove(log);
  CHECK_THROWS_WITH_AS(run.sync(), says, Error);
  write_file(log, "one\n");
  run.append("results.jsonl", "two");
  CHECK(text_of(log) == "one\ntwo\n");
  run.append("out.txt", "one");  // which only people read
  write_file(folder.path / "out.txt", "");
  run.append("out.txt", "two");
  CHECK(text_of(folder.path / "out.txt") == "two\n");
}

TEST_CASE("A pipe or a folder in place of a file of lines is refused at once") {
  const Folder folder;
  RunDirectory run(folder.path);
  REQUIRE(::mkfifo((folder.path / "out.txt").c_str(), 0600) == 0);
  REQUIRE(::mkfifo((folder.path / "results.jsonl").c_str(), 0600) == 0);
  std::filesystem::create_directory(folder.path / "metrics.jsonl");
  const doctest::Contains says("file: must be a regular file");
  for (const char* name : {"out.txt", "results.jsonl", "metrics.jsonl"}) {
    CHECK_THROWS_WITH_AS(run.append(name, "x"), says, Error);
    CHECK_THROWS_WITH_AS(run.cut(name, 0), says, Error);
  }
}

TEST_CASE("Lines are appended and files are written atomically") {
  const Folder folder;
  RunDirectory run(folder.path);
  run.append("out.txt", "one");
  run.append("out.txt", "two");
  run.write("done", "old");
  run.write("done", "new");
  CHECK(text_of(folder.path / "out.txt") == "one\ntwo\n");
  CHECK(text_of(folder.path / "done") == "new");
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "done", "out.txt", "run.lock"});
}

TEST_CASE("On a full disk a line or a file that does not fit leaves no bytes") {
  const Folder folder;
  RunDirectory run(folder.path);
  run.append("out.txt", "one");
  {
    const FullDisk disk(10);
    CHECK_THROWS_WITH_AS(run.append("out.txt", "far too long"),
                         doctest::Contains("run directory: cannot write"), Error);
    CHECK_THROWS_AS(run.write("record.json", "far too long"), Error);
    run.append("out.txt", "two");
  }
  CHECK(text_of(folder.path / "out.txt") == "one\ntwo\n");
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "out.txt", "run.lock"});
}

TEST_CASE("A line is never appended through a link to elsewhere") {
  const Folder folder;
  RunDirectory run(folder.path / "run");
  std::filesystem::create_symlink(folder.path / "elsewhere", folder.path / "run/out.txt");
  CHECK_THROWS_WITH_AS(run.append("out.txt", "x"), doctest::Contains("not a link"), Error);
  CHECK_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
}
