#include "domains/image_scan.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "tensor/error.h"

using namespace sand::domains;

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// Folders and empty files on the disk, gone with the object.
struct Tree {
  fs::path root = fs::temp_directory_path() / ("sandgrad_scan_test_" + std::to_string(::getpid()));

  Tree() { fs::create_directories(root); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { fs::remove_all(root); }

  void folder(const fs::path& name) const { fs::create_directories(root / name); }
  void file(const fs::path& name) const {
    folder(name.parent_path());
    std::ofstream(root / name);
  }
};

}  // namespace

TEST_CASE("The names of folders are those that are not hidden, by the order of their bytes") {
  const Tree tree;
  for (const char* name : {"b", "a", "B", ".c"}) tree.folder(name);
  tree.file("file");
  CHECK(folders_in(tree.root) == Lines{"B", "a", "b"});
}
