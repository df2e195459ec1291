#include "experiments/run_directory.h"

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/experiments/folder.h"
#include "tests/experiments/full_disk.h"

using sand::Error;
using sand::Fault;
using namespace sand::experiments;

namespace {

Fault fault_of_making(const std::filesystem::path& path) {
  try {
    RunDirectory run(path);
  } catch (const Error& error) {
    return error.fault();
  }
  return Fault{};
}

}  // namespace

TEST_CASE("A run directory is made with all its parents, and an empty one is as good as a new one") {
  const Folder folder;
  CHECK(fault_of_making(folder.path / "a/b/c") == Fault{});
  CHECK(names_in(folder.path / "a/b/c") == std::set<std::string>{"checkpoints"});
  CHECK_FALSE(RunDirectory::holds_run(folder.path / "a/b/c"));
  CHECK(fault_of_making(folder.path / "a/b/c") == Fault{});
}

TEST_CASE("A directory holds a run once it has a record, and clearing it removes the run but nothing else") {
  const Folder folder;
  const RunDirectory run(folder.path);
  for (const char* name : {"results.jsonl", "metrics.jsonl", "out.txt", "weights.safetensors", "done", "notes.txt",
                           "checkpoints/step-000001.safetensors", "checkpoints/notes.txt"})
    run.write(name, "x");
  CHECK_FALSE(RunDirectory::holds_run(folder.path));
  run.write("record.json", "x");
  CHECK(RunDirectory::holds_run(folder.path));
  run.clear();
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "notes.txt", "run.lock"});
  CHECK(names_in(folder.path / "checkpoints") == std::set<std::string>{"notes.txt"});
}

TEST_CASE("A directory in which somebody keeps something else is refused, and nothing is put there") {
  const Folder folder;
  std::ofstream(folder.path / "done") << "somebody's";
  CHECK_THROWS_WITH_AS(
      RunDirectory(folder.path),
      ("run directory: it is not empty and holds no run\n    path " + folder.path.string() + "\n    hint: give another --output-dir")
          .c_str(),
      Error);
  CHECK(fault_of_making(folder.path) == Fault::busy);
  CHECK(names_in(folder.path) == std::set<std::string>{"done"});
}

TEST_CASE("A directory in which another process works is refused") {
  const Folder folder;
  const RunDirectory run(folder.path);
  CHECK(fault_of_making(folder.path) == Fault::busy);
}

TEST_CASE("What a killed process left half-written is removed, and files of other names stay") {
  const Folder folder;
  { RunDirectory(folder.path).write("record.json", "x"); }
  for (const char* name : {"record.json.part0", "weights.safetensors.part12", "checkpoints/step-000001.safetensors.part0", "mine.part0",
                           "done.part", "done.part0x"})
    std::ofstream(folder.path / name) << "half";
  const RunDirectory again(folder.path);
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "done.part", "done.part0x", "mine.part0", "record.json", "run.lock"});
  CHECK(names_in(folder.path / "checkpoints").empty());
}

TEST_CASE("A directory that a process was killed in before there was a record is as good as new") {
  const Folder folder;
  std::filesystem::create_directory(folder.path / "checkpoints");
  for (const char* name : {"run.lock", "record.json.part0"}) std::ofstream(folder.path / name) << "x";
  CHECK(fault_of_making(folder.path) == Fault{});
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints"});
}

TEST_CASE("A file in the way of the directory is an I/O error") {
  const Folder folder;
  std::ofstream(folder.path / "file") << "x";
  CHECK(fault_of_making(folder.path / "file") == Fault::io);
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path / "file"), doctest::Contains("reason Not a directory"), Error);
  CHECK(fault_of_making(folder.path / "file/run") == Fault::io);
}

TEST_CASE("A question that the disk does not answer is an I/O error, and no no") {
  const Folder folder;
  const RunDirectory run(folder.path);
  for (const char* name : {"record.json", "metrics.jsonl"}) std::filesystem::create_symlink(name, folder.path / name);  // to itself
  const doctest::Contains says("run directory: cannot look into it");
  CHECK_THROWS_WITH_AS(RunDirectory::holds_run(folder.path), says, Error);
  CHECK_THROWS_WITH_AS(run.has("metrics.jsonl"), says, Error);
  CHECK_THROWS_WITH_AS(run.length("metrics.jsonl"), says, Error);
  CHECK_THROWS_WITH_AS(run.check_line_end("metrics.jsonl", 5), says, Error);
}

TEST_CASE("Lines are cut back to what they were, and to nothing that they never were") {
  const Folder folder;
  const RunDirectory run(folder.path);
  for (const char* line : {"one", "two", "three"}) run.append("metrics.jsonl", line);
  CHECK(run.length("metrics.jsonl") == 14);
  for (const std::uint64_t length : {~std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{13}, std::uint64_t{5}, std::uint64_t{1}}) {
    CHECK_THROWS_WITH_AS(run.cut("metrics.jsonl", length), doctest::Contains("is not the one that was written"), Error);
    CHECK(text_of(folder.path / "metrics.jsonl") == "one\ntwo\nthree\n");
  }
  std::ofstream(folder.path / "metrics.jsonl", std::ios::app) << "torn";
  run.cut("metrics.jsonl", 8);
  CHECK(text_of(folder.path / "metrics.jsonl") == "one\ntwo\n");
  run.cut("metrics.jsonl", 0);
  CHECK(text_of(folder.path / "metrics.jsonl").empty());
  run.cut("results.jsonl", 0);  // there is none, and none is needed
  CHECK_THROWS_AS(run.cut("results.jsonl", 4), Error);
  CHECK_FALSE(run.has("results.jsonl"));
}

TEST_CASE("Lines are appended whole, files are written whole") {
  const Folder folder;
  const RunDirectory run(folder.path);
  run.append("out.txt", "one");
  run.append("out.txt", "two");
  run.write("done", "old");
  run.write("done", "new");
  CHECK(text_of(folder.path / "out.txt") == "one\ntwo\n");
  CHECK(text_of(folder.path / "done") == "new");
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "done", "out.txt", "run.lock"});
}

TEST_CASE("On a full disk a line that does not fit leaves no trace, and neither does a file") {
  const Folder folder;
  const RunDirectory run(folder.path);
  run.append("out.txt", "one");
  {
    const FullDisk disk(10);
    CHECK_THROWS_WITH_AS(run.append("out.txt", "far too long"), doctest::Contains("run directory: cannot write"), Error);
    CHECK_THROWS_AS(run.write("record.json", "far too long"), Error);
    run.append("out.txt", "two");
  }
  CHECK(text_of(folder.path / "out.txt") == "one\ntwo\n");
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "out.txt", "run.lock"});
}

TEST_CASE("A line is never appended through a link to elsewhere") {
  const Folder folder;
  const RunDirectory run(folder.path / "run");
  std::filesystem::create_symlink(folder.path / "elsewhere", folder.path / "run/out.txt");
  CHECK_THROWS_AS(run.append("out.txt", "x"), Error);
  CHECK_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
}
