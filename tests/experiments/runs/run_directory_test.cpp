#include "experiments/runs/run_directory.h"

#include <doctest/doctest.h>

#include <optional>

#include "tensor/error.h"
#include "tests/folder.h"

using sand::Error;
using sand::Fault;
using namespace sand::experiments;
using namespace sand::testing;

namespace {

Fault fault_of_making(const std::filesystem::path& path) {
  try {
    RunDirectory run(path);
  } catch (const Error& error) {
    return error.fault();
  }
  return Fault{};
}

const std::string kRecord = R"({"args": {}, "numerics": 3, "sandgrad": "0.1.0"})";

}  // namespace

TEST_CASE("A run directory is created with its parents, and an empty one is accepted") {
  const Folder folder;
  CHECK(fault_of_making(folder.path / "a/b/c") == Fault{});
  CHECK(names_in(folder.path / "a/b/c") == std::set<std::string>{"checkpoints"});
  CHECK_FALSE(RunDirectory::holds_run(folder.path / "a/b/c"));
  CHECK(fault_of_making(folder.path / "a/b/c") == Fault{});
}

TEST_CASE("A directory holds a run once it has a record, and clearing it removes the run but nothing else") {
  const Folder folder;
  const RunDirectory run(folder.path);
  for (const char* name : {"results.jsonl", "metrics.jsonl", "out.txt", "weights.safetensors", "done",
                           "notes.txt", "checkpoints/step-000001.safetensors",
                           "checkpoints/step-1.safetensors", "checkpoints/mine.safetensors"})
    write_file(folder.path / name, "x");
  CHECK_FALSE(RunDirectory::holds_run(folder.path));
  run.write("record.json", kRecord);
  CHECK(RunDirectory::holds_run(folder.path));
  run.clear();
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "notes.txt", "run.lock"});
  CHECK(names_in(folder.path / "checkpoints") ==
        std::set<std::string>{"mine.safetensors", "step-1.safetensors"});
}

TEST_CASE("A directory with another program's record is refused and not changed") {
  const Folder folder;
  std::filesystem::create_directory(folder.path / "checkpoints");
  const std::set<std::string> names = {"checkpoints", "done.part0", "record.json", "results.jsonl"};
  for (const char* record : {R"({"name": "theirs", "numerics": "numpy"})", "", "no JSON"}) {
    write_file(folder.path / "record.json", record);
    for (const char* name : {"done.part0", "results.jsonl", "checkpoints/step-000001.safetensors"})
      write_file(folder.path / name, "theirs");
    CHECK_THROWS_WITH_AS(RunDirectory(folder.path),
                         doctest::Contains("its record.json is not one of Sandgrad's, or damaged"), Error);
    CHECK(fault_of_making(folder.path) == Fault::busy);
    CHECK(names_in(folder.path) == names);
    CHECK(names_in(folder.path / "checkpoints").size() == 1);
  }
}

TEST_CASE("A record that is damaged or of a newer version is still one of Sandgrad's") {
  const Folder folder;
  for (const char* record : {R"({"args": {"steps": 5, "numerics": 9, "sandgrad": "7.0.0"})",
                             R"("numerics": 12, "sandgrad": "9", "new": [])"}) {
    write_file(folder.path / "record.json", record);
    RunDirectory(folder.path).clear();
    CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints"});
  }
}

TEST_CASE("A link in place of the checkpoints folder is refused, and its target is not changed") {
  const Folder folder, elsewhere;
  const std::set<std::string> theirs = {"model.safetensors", "step-000001.safetensors",
                                        "step-000001.safetensors.part0", "video.part1"};
  for (const std::string& name : theirs) write_file(elsewhere.path / name, "theirs");
  write_file(folder.path / "record.json", kRecord);
  std::filesystem::create_symlink(elsewhere.path, folder.path / "checkpoints");
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path), doctest::Contains("directory: must be a real directory"),
                       Error);
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path), doctest::Contains("found a link"), Error);
  CHECK(names_in(elsewhere.path) == theirs);
  CHECK(names_in(folder.path) == std::set<std::string>{"checkpoints", "record.json"});
}

TEST_CASE("A directory with other files is refused and not changed") {
  const Folder folder;
  std::ofstream(folder.path / "done") << "somebody's";
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path),
                       ("run directory: it is not empty and holds no run\n    path " + folder.path.string() +
                        "\n    hint: give another --output-dir")
                           .c_str(),
                       Error);
  CHECK(fault_of_making(folder.path) == Fault::busy);
  CHECK(names_in(folder.path) == std::set<std::string>{"done"});
}

TEST_CASE("A directory that another process uses is refused") {
  const Folder folder;
  const RunDirectory run(folder.path);
  CHECK(fault_of_making(folder.path) == Fault::busy);
}

TEST_CASE("Removing the lock file does not release the lock") {
  const Folder folder;
  const RunDirectory run(folder.path);
  std::filesystem::remove(folder.path / RunLock::kName);
  CHECK(fault_of_making(folder.path) == Fault::busy);
}

TEST_CASE("A run follows its moved directory and leaves a new run at the old path unchanged") {
  const Folder folder;
  std::optional<RunDirectory> first(folder.path / "run");
  first->append("results.jsonl", "first");
  std::filesystem::rename(folder.path / "run", folder.path / "moved");
  RunDirectory second(folder.path / "run");
  second.append("results.jsonl", "second");
  first->append("results.jsonl", "first");
  first->write("record.json", kRecord);
  first->sync();
  CHECK_FALSE(first->held().in_place());
  first.reset();
  CHECK(text_of(folder.path / "moved/results.jsonl") == "first\nfirst\n");
  CHECK(names_in(folder.path / "moved") ==
        std::set<std::string>{"checkpoints", "record.json", "results.jsonl"});
  CHECK(second.held().in_place());
  CHECK(names_in(folder.path / "run") == std::set<std::string>{"checkpoints", "results.jsonl", "run.lock"});
  CHECK(text_of(folder.path / "run/results.jsonl") == "second\n");
}

TEST_CASE("A run whose directory is removed ends with an error and leaves a new run at its path unchanged") {
  const Folder folder;
  std::optional<RunDirectory> first(folder.path / "run");
  first->append("results.jsonl", "first");
  std::filesystem::remove_all(folder.path / "run");
  const RunDirectory second(folder.path / "run");
  const doctest::Contains says("directory: it was removed while it was in use");
  CHECK_THROWS_WITH_AS(first->append("out.txt", "x"), says, Error);
  CHECK_THROWS_WITH_AS(first->write("done", "x"), says, Error);
  CHECK_THROWS_WITH_AS(first->sync(), says, Error);
  first.reset();
  CHECK(names_in(folder.path / "run") == std::set<std::string>{"checkpoints", "run.lock"});
  CHECK(fault_of_making(folder.path / "run") == Fault::busy);
}

TEST_CASE("Unfinished files of a killed process are removed, and other files stay") {
  const Folder folder;
  { RunDirectory(folder.path).write("record.json", kRecord); }
  const std::set<std::string> mine = {"done.part", "done.part0x", "mine.part0"};
  const std::set<std::string> my_checkpoints = {"step-000001.safetensors.part", "step-1.safetensors.part0",
                                                "video.part2"};
  for (const std::string& name : mine) write_file(folder.path / name, "mine");
  for (const std::string& name : my_checkpoints) write_file(folder.path / "checkpoints" / name, "mine");
  for (const char* name :
       {"record.json.part0", "weights.safetensors.part12", "checkpoints/step-000001.safetensors.part0"})
    write_file(folder.path / name, "half");
  const RunDirectory again(folder.path);
  std::set<std::string> left = mine;
  left.insert({"checkpoints", "record.json", "run.lock"});
  CHECK(names_in(folder.path) == left);
  CHECK(names_in(folder.path / "checkpoints") == my_checkpoints);
}

TEST_CASE("A directory of a process that was killed before its record is reused") {
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
  CHECK_THROWS_WITH_AS(RunDirectory(folder.path / "file"), doctest::Contains("reason Not a directory"),
                       Error);
  CHECK(fault_of_making(folder.path / "file/run") == Fault::io);
}

TEST_CASE("A link to a directory works like the directory, with or without a final slash") {
  const Folder folder;
  std::filesystem::create_directory(folder.path / "scratch");
  std::filesystem::create_symlink("scratch", folder.path / "link");
  for (const char* name : {"link", "link/", "link/deeper"})
    CHECK(fault_of_making(folder.path / name) == Fault{});
  CHECK(names_in(folder.path / "scratch/deeper") == std::set<std::string>{"checkpoints"});
}

TEST_CASE("An error names a broken link and its target") {
  const Folder folder;
  std::filesystem::create_symlink("scratch/run", folder.path / "link");
  std::filesystem::create_symlink("loop", folder.path / "loop");
  for (const char* name : {"link", "link/", "link/deeper", "loop"}) {
    INFO(name);
    CHECK(fault_of_making(folder.path / name) == Fault::io);
  }
  const std::string link = (folder.path / "link").string();
  CHECK_THROWS_WITH_AS(
      RunDirectory(folder.path / "link/deeper"),
      ("run directory: a link on its path is broken\n    path   " + link + "/deeper\n    link   " + link +
       "\n    target scratch/run\n    hint: make the directory that the link leads to, or remove the link")
          .c_str(),
      Error);
  CHECK(names_in(folder.path) == std::set<std::string>{"link", "loop"});
}

TEST_CASE("A path that is too long is an I/O error, and the root of the disk holds no run") {
  const Folder folder;
  CHECK(fault_of_making(folder.path / std::string(300, 'x')) == Fault::io);
  CHECK(fault_of_making("/") == Fault::busy);
}

TEST_CASE("A failing disk is an I/O error, not an absent run") {
  const Folder folder;
  std::filesystem::create_symlink("record.json", folder.path / "record.json");  // to itself
  CHECK_THROWS_WITH_AS(RunDirectory::holds_run(folder.path),
                       doctest::Contains("run directory: cannot access it"), Error);
  CHECK(fault_of_making(folder.path) == Fault::io);
}
