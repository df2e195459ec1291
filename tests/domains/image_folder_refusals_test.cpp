// Files, links and folders that are refused or skipped.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/domains/photos.h"

using namespace sand::domains;

namespace {

namespace fs = std::filesystem;
using Labels = std::vector<std::int32_t>;
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Files that cannot be read are refused, the first five with their reasons") {
  Photos photos;
  photos.paint("one/cat/good.png", 9);
  photos.write("one/cat/empty.png", {});
  photos.write("one/cat/page.jpg", {'<', 'h', 't', 'm', 'l', '>', ' '});
  fs::create_directories(photos.folder / "one/cat/folder.jpg");
  fs::create_directories(photos.folder / "one/cat/more");
  REQUIRE(::mkfifo((photos.folder / "one/cat/pipe.png").c_str(), 0600) == 0);
  fs::create_symlink("/etc/passwd", photos.folder / "two.png");
  fs::create_symlink("../../two.png", photos.folder / "one/cat/twice.png");
  photos.write("one/cat/new\nline\x1b[31m.png", {'x'});
  CHECK(photos.complaint() ==
        "65 image folder: 7 of 8 images cannot be read"
        "\n    FOLDER/one/cat/empty.png: an empty file"
        "\n    FOLDER/one/cat/folder.jpg: a folder"
        "\n    FOLDER/one/cat/more: a folder inside a class; photos belong in domain/class/"
        "\n    FOLDER/one/cat/new\\x0aline\\x1b[31m.png: it cannot be decoded: neither JPEG nor PNG"
        "\n    FOLDER/one/cat/page.jpg: it cannot be decoded: neither JPEG nor PNG: it looks like a web page "
        "(HTML)"
        "\n    and 2 more\n    hint: --skip-unreadable skips them");
}

TEST_CASE("With skip_unreadable, unreadable files are skipped, noted and counted") {
  Photos photos;
  photos.options.skip_unreadable = true;
  photos.paint("one/cat/a.png", 1);
  photos.write("one/cat/b.png", {});
  photos.paint("one/cat/c.png", 3);
  photos.paint("two/cat/a.png", 4);
  fs::create_symlink(photos.folder / "one/cat/a.png", photos.folder / "two/cat/b.png");
  const DataSet set = photos.read();
  CHECK(shades(set.domains[0]) == std::vector<int>{1, 3});
  CHECK(shades(set.domains[1]) == std::vector<int>{4});
  CHECK(set.source == "3 images from " + photos.folder.string() + " at 8 x 8, 2 unreadable ones left out");
  const std::string folder = photos.folder.string();
  CHECK(photos.notes ==
        Lines{"skipped " + folder + "/one/cat/b.png: an empty file",
              "skipped " + folder + "/two/cat/b.png: a symbolic link; --follow-links follows it"});
}

TEST_CASE("Links below the folder are followed only with follow_links; the folder itself may be a link") {
  Photos photos;
  photos.paint("one/cat/a.png", 1);
  fs::create_directory_symlink(photos.folder / "one", photos.folder / "other");
  const std::string refusal = ": a symbolic link; --follow-links follows it\n";
  CHECK(photos.complaint().find("\n    FOLDER/other" + refusal) != std::string::npos);
  photos.options.follow_links = true;
  CHECK(photos.read().domains.size() == 2);
  photos.options.follow_links = false;
  fs::remove(photos.folder / "other");
  const Photos elsewhere;
  elsewhere.paint("dog/1.png", 2);
  elsewhere.paint("b.png", 3);
  fs::create_directory_symlink(elsewhere.folder / "dog", photos.folder / "one/dog");
  fs::create_symlink(elsewhere.folder / "b.png", photos.folder / "one/cat/b.png");
  CHECK(photos.complaint().find("\n    FOLDER/one/dog" + refusal) != std::string::npos);
  CHECK(photos.complaint().find("\n    FOLDER/one/cat/b.png" + refusal) != std::string::npos);
  photos.options.follow_links = true;
  CHECK(shades(photos.read().domains[0]) == std::vector<int>{1, 3, 2});
  fs::remove(elsewhere.folder / "b.png");
  CHECK(photos.complaint().find("\n    FOLDER/one/cat/b.png: a broken symbolic link\n") != std::string::npos);
  fs::remove(photos.folder / "one/cat/b.png");
  fs::remove_all(elsewhere.folder / "dog");
  CHECK(photos.complaint().find("\n    FOLDER/one/dog: a broken symbolic link\n") != std::string::npos);
  fs::remove(photos.folder / "one/dog");
  const fs::path link = photos.folder.string() + "_link";
  fs::create_directory_symlink(photos.folder, link);
  CHECK(image_folder(link, {.side = 8}).domains[0].size() == 1);
  fs::remove(link);
}

TEST_CASE(
    "A photo of another format is refused like a broken one, and a class missing in a domain is noted") {
  Photos photos;
  photos.paint("one/cat/a.png", 1);
  photos.paint("two/cat/a.png", 2);
  photos.paint("two/dog/a.png", 3);
  for (const char* name : {"b.bmp", "b.gif", "b.TIFF", "b.webp", "b.heic"})
    photos.write(fs::path("one/dog") / name, {'B', 'M', ' '});
  CHECK(photos.complaint().rfind("65 image folder: 5 of 8 images cannot be read"
                                 "\n    FOLDER/one/dog/b.TIFF: it cannot be decoded: neither JPEG nor PNG",
                                 0) == 0);
  photos.options.skip_unreadable = true;
  CHECK(photos.read().domains[0].labels == Labels{0});
  CHECK(photos.notes.size() == 6);
  CHECK(photos.notes.back() == "domain one has no images of dog");
}

TEST_CASE("A class without images in any domain is refused, before reading photos if it has no file") {
  Photos photos;
  photos.paint("one/cat/a.png", 1);
  fs::create_directories(photos.folder / "two/bird");
  photos.paint("two/cat/a.png", 1);
  const std::string rule =
      "65 image folder: a class has no images in any domain\n    class  bird\n    folder FOLDER/two/bird"
      "\n    hint: move its folders away: a network cannot learn a class without images";
  photos.options.progress = [](int, int) { FAIL("nothing was to be read"); };
  CHECK(photos.complaint() == rule);
  photos.options.progress = nullptr;
  photos.write("two/bird/a.png", {});
  CHECK(photos.complaint().rfind("65 image folder: 1 of 3 images cannot be read", 0) == 0);
  photos.options.skip_unreadable = true;
  CHECK(photos.complaint() == rule);
}

TEST_CASE("Folders of another depth are refused with the expected and the found structure") {
  const Photos photos;
  CHECK(photos.complaint() ==
        "65 image folder: no images found\n    looked for FOLDER/domain/class/image.jpg "
        "(or .jpeg, .png)"
        "\n    found      0 domains, 0 classes, 0 images"
        "\n    hint: name the folder that holds the domains; if a folder is between domain and class, move "
        "the classes up");
  photos.paint("cat/a.png", 1);
  CHECK(photos.complaint().find(
            "found      1 domains, 0 classes, 0 images\n    but        FOLDER/cat/a.png\n") !=
        std::string::npos);
  fs::remove(photos.folder / "cat/a.png");
  photos.paint("set/one/cat/a.png", 1);
  CHECK(photos.complaint().find(
            "found      2 domains, 1 classes, 0 images\n    but        FOLDER/set/one/cat/a.png\n") !=
        std::string::npos);
}

TEST_CASE("A domain without images is refused, and an error names a missing folder") {
  const Photos photos;
  photos.paint("one/cat/a.png", 1);
  fs::create_directories(photos.folder / "spare\t/cat");
  CHECK(
      photos.complaint() ==
      "65 image folder: a domain has no images\n    domain spare\\x09"
      "\n    hint: every folder here must be a domain with a folder for each class: move other folders away");
  CHECK_THROWS_WITH_AS(
      image_folder("/nowhere"),
      "image folder: cannot be read\n    folder /nowhere\n    found  No such file or directory", sand::Error);
}

TEST_CASE("Images that do not fit into memory are refused before any is read") {
  Photos photos;
  for (int i = 0; i < 6; ++i) photos.write("one/cat/" + std::to_string(i) + ".png", {});
  photos.options.side = 512;
  photos.options.memory = 3'000'000;
  CHECK(photos.complaint() ==
        "69 image folder: the images do not fit into memory\n    images 6, 5 MiB\n    memory at most 3 MiB"
        "\n    hint: make the images smaller: --image-size 64");
}
