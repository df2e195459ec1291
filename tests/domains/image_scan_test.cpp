#include "domains/image_scan.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "tensor/error.h"

using namespace sand::domains;

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// Folders and empty files on the disk, removed with the object.
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
  /// "65 message", with the root as ROOT.
  std::string complaint() const {
    try {
      scan_images(root);
    } catch (const sand::Error& error) {
      std::string text = std::to_string(static_cast<int>(error.fault())) + " " + error.what();
      for (std::size_t at; (at = text.find(root.string())) != std::string::npos;)
        text.replace(at, root.string().size(), "ROOT");
      return text;
    }
    return "no complaint";
  }
};

}  // namespace

TEST_CASE("Names of folders exclude hidden ones and are sorted by bytes") {
  const Tree tree;
  for (const char* name : {"b", "a", "B", ".c"}) tree.folder(name);
  tree.file("file");
  for (const char* litter : {"@eaDir", "$RECYCLE.BIN", "System Volume Information", "__MACOSX"})
    tree.folder(litter);
  CHECK(folders_in(tree.root) == Lines{"B", "a", "b"});
}

TEST_CASE(
    "Classes of different domains whose names differ only in case or Unicode form are refused, unless all "
    "domains have both") {
  const Tree tree;
  tree.file("one/dog/1.png");
  tree.file("two/Dog/1.png");
  CHECK(tree.complaint() ==
        "65 image folder: classes that differ in case or Unicode form only\n    one     ROOT/two/Dog, of 3 "
        "bytes"
        "\n    another ROOT/one/dog, of 3 bytes\n    hint: give them the same name, or clearly different "
        "names");
  tree.file("one/Dog/1.png");
  CHECK(tree.complaint().find("classes that differ in case") != std::string::npos);
  tree.file("two/dog/1.png");  // as the letters a and A may
  CHECK(tree.complaint() == "no complaint");
  tree.file("one/caf\u00e9/1.png");
  tree.file("two/cafe\u0301/1.png");
  CHECK(tree.complaint().find("ROOT/one/caf\u00e9, of 5 bytes") != std::string::npos);
}

TEST_CASE("Domains whose names differ in case or Unicode form only are refused") {
  const Tree tree;
  tree.file("photo/dog/1.png");
  tree.file("Photo/dog/1.png");
  CHECK(tree.complaint().rfind("65 image folder: domains that differ in case or Unicode form only\n    one   "
                               "  ROOT/Photo, of 5 bytes",
                               0) == 0);
}

TEST_CASE("If all domains are links, the error says how to follow them") {
  const Tree tree;
  tree.file(".scratch/photo/dog/1.png");
  fs::create_directory_symlink(tree.root / ".scratch/photo", tree.root / "photo");
  CHECK(tree.complaint().find("found      1 domains, 0 classes, 0 images\n    but        ROOT/photo: a "
                              "symbolic link; --follow-links follows it\n") != std::string::npos);
  CHECK(scan_images(tree.root, true).images == 1);
}

TEST_CASE("An error names images that are one folder too deep") {
  const Tree tree;
  for (const char* domain : {"amazon", "dslr"}) tree.file(fs::path(domain) / "images/bike/1.jpg");
  CHECK(tree.complaint().rfind("65 image folder: no images found\n    looked for "
                               "ROOT/domain/class/image.jpg (or .jpeg, .png)"
                               "\n    found      2 domains, 1 classes, 0 images\n    but        ROOT/",
                               0) == 0);
  CHECK(tree.complaint().find("/images/bike/1.jpg\n    hint: name the folder that holds the domains; if a "
                              "folder is between") != std::string::npos);
}
