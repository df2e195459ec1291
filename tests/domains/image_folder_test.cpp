#include "domains/image_folder.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <numeric>

#include "tensor/error.h"
#include "tests/domains/test_images.h"

using namespace sand::domains;
using sand::Scalar;
using sand::Shape;

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// A data set on the disk, gone with the object.
struct Photos {
  fs::path folder;
  Lines notes;
  ImageFolderOptions options{.side = 8, .note = [this](const std::string& line) { notes.push_back(line); }};

  explicit Photos(const std::string& suffix = "")
      : folder(fs::temp_directory_path() / ("sandgrad_folder_test_" + std::to_string(::getpid()) + suffix)) {
    fs::create_directories(folder);
  }
  Photos(const Photos&) = delete;
  Photos& operator=(const Photos&) = delete;
  ~Photos() { fs::remove_all(folder); }

  void write(const fs::path& name, const Bytes& bytes) const {
    fs::create_directories((folder / name).parent_path());
    std::ofstream file(folder / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  /// An image of one shade of grey.
  void paint(const fs::path& name, int shade) const {
    write(name, png_file(8, 8, Bytes(3 * 64, static_cast<std::uint8_t>(shade))));
  }

  DataSet read(int threads = 2) const { return image_folder(folder, options, sand::Threads(threads)); }
  /// "65 message", with the folder's name as FOLDER.
  std::string complaint() const {
    try {
      read();
    } catch (const sand::Error& error) {
      std::string text = std::to_string(static_cast<int>(error.fault())) + " " + error.what();
      for (std::size_t at; (at = text.find(folder.string())) != std::string::npos;)
        text.replace(at, folder.string().size(), "FOLDER");
      return text;
    }
    return "no complaint";
  }
};

/// Red of the first pixel of every example, as it was painted.
std::vector<int> shades(const Domain& domain) {
  std::vector<int> found;
  std::vector<Scalar> input(static_cast<std::size_t>(domain.example.size()));
  for (std::uint32_t i = 0; i < domain.size(); ++i) {
    domain.read(i, input);
    found.push_back(static_cast<int>(std::lround(255 * (static_cast<double>(input[0]) * 0.229 + 0.485))));
  }
  return found;
}

using Labels = std::vector<std::int32_t>;

}  // namespace

TEST_CASE(
    "Domains, classes and examples come by the order of their bytes, classes from all domains together") {
  Photos photos;
  photos.paint("photo/dog/b.png", 1);
  photos.paint("photo/dog/a.png", 2);
  photos.paint("photo/Zebra/x.png", 3);
  photos.paint("art/elephant/10.png", 4);
  photos.paint("art/elephant/9.png", 5);
  photos.paint("art/dog/\xc3\xa4.png", 6);
  photos.paint("art/dog/z.png", 7);
  const DataSet set = photos.read();
  CHECK(set.name == "ImageFolder");
  CHECK(set.source == "7 images from " + photos.folder.string() + " at 8 x 8");
  CHECK(set.example == Shape{3, 8, 8});
  CHECK(set.classes == 3);  // Zebra, dog, elephant
  REQUIRE(set.domains.size() == 2);
  CHECK(set.domains[0].name == "art");
  CHECK(set.domains[0].labels == Labels{1, 1, 2, 2});
  CHECK(shades(set.domains[0]) == std::vector<int>{7, 6, 4, 5});
  CHECK(set.domains[1].name == "photo");
  CHECK(set.domains[1].labels == Labels{0, 1, 1});
  CHECK(shades(set.domains[1]) == std::vector<int>{3, 2, 1});
  CHECK(photos.notes == Lines{"domain art has no images of Zebra", "domain photo has no images of elephant"});
}

TEST_CASE(
    "Endings count in any case; what is hidden or lies beside the folders does not, and other files are "
    "told") {
  Photos photos;
  for (const char* name : {"a.jpg", "b.JPG", "c.JPEG", "d.png", "e.Png"})
    photos.paint(fs::path("one/cat") / name, 9);
  photos.paint("one/cat/.hidden.png", 9);
  photos.paint("one/cat/.trash/a.png", 9);
  photos.paint("one/.git/a.png", 9);
  photos.paint(".cache/cat/a.png", 9);
  photos.write("README.md", {'x'});
  photos.paint("one/overview.png", 9);
  photos.write("one/cat/notes.txt", {'x'});
  photos.write("one/cat/labels.csv", {'x'});
  const DataSet set = photos.read();
  REQUIRE(set.domains.size() == 1);
  CHECK(set.domains[0].size() == 5);
  CHECK(photos.notes == Lines{"2 files among the images are no images by their names, and were passed over"});
}

TEST_CASE("An example is (x / 255 - mean) / deviation, with ImageNet's for each channel") {
  Photos photos;
  const Bytes image = gradient(8, 8);
  photos.write("one/cat/a.png", png_file(8, 8, image));
  const DataSet set = photos.read();
  CHECK(set.mean == std::vector<double>{0.485, 0.456, 0.406});
  CHECK(set.deviation == std::vector<double>{0.229, 0.224, 0.225});
  std::vector<Scalar> input(3 * 64);
  set.domains[0].read(0, input);
  for (std::size_t i = 0; i < 64; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      CHECK(input[64 * c + i] ==
            doctest::Approx((image[3 * i + c] / 255.0 - set.mean[c]) / set.deviation[c]).epsilon(1e-5));
}

TEST_CASE("An augmented example is a function of its random numbers, and normalised") {
  Photos photos;
  photos.paint("one/cat/a.png", 124);
  photos.paint("one/cat/b.png", 124);
  const DataSet set = photos.read();
  std::vector<Scalar> a(3 * 64), b(3 * 64), again(3 * 64);
  double sum = 0;
  for (std::uint32_t step = 0; step < 300; ++step) {
    set.domains[0].augment(0, sand::Random(1, 2, step, 0), a);
    set.domains[0].augment(1, sand::Random(1, 2, step, 1), b);
    set.domains[0].augment(0, sand::Random(1, 2, step, 0), again);
    CHECK(a == again);
    CHECK(a != b);
    sum += std::accumulate(a.begin(), a.begin() + 64, 0.0) / 64;
  }
  CHECK(sum / 300 == doctest::Approx((124 / 255.0 - 0.485) / 0.229).epsilon(0.1).scale(1));
}

TEST_CASE("The bytes are the same for every number of threads, and every image is counted") {
  Photos photos;
  for (int i = 0; i < 40; ++i)
    photos.paint("d" + std::to_string(i % 3) + "/c/" + std::to_string(i) + ".png", 3 * i);
  std::vector<int> counted;
  photos.options.progress = [&](int done, int total) {
    CHECK(total == 40);
    counted.push_back(done);
  };
  std::vector<std::vector<int>> seen;
  for (const int threads : {1, 3}) {
    counted.clear();
    const DataSet set = photos.read(threads);
    std::vector<int> all;
    for (const Domain& domain : set.domains)
      for (const int shade : shades(domain)) all.push_back(shade);
    seen.push_back(all);
    std::vector<int> expected(40);
    std::iota(expected.begin(), expected.end(), 1);
    CHECK(counted == expected);
  }
  CHECK(seen[0] == seen[1]);
}

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
        "\n    FOLDER/one/cat/more: a folder inside a class; photos lie in domain/class/ itself"
        "\n    FOLDER/one/cat/new\\x0aline\\x1b[31m.png: it cannot be decoded: neither JPEG nor PNG"
        "\n    FOLDER/one/cat/page.jpg: it cannot be decoded: neither JPEG nor PNG: it looks like a web page "
        "(HTML)"
        "\n    and 2 more\n    hint: --skip-unreadable leaves them out");
}

TEST_CASE("On demand unreadable files are left out, noted and counted") {
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

TEST_CASE("Links below the folder are followed on demand only; the folder itself may be one") {
  Photos photos;
  photos.paint("one/cat/a.png", 1);
  fs::create_directory_symlink(photos.folder / "one", photos.folder / "other");
  const std::string refusal = ": a symbolic link; --follow-links follows it\n";
  CHECK(photos.complaint().find("\n    FOLDER/other" + refusal) != std::string::npos);
  photos.options.follow_links = true;
  CHECK(photos.read().domains.size() == 2);
  photos.options.follow_links = false;
  fs::remove(photos.folder / "other");
  const Photos elsewhere("_elsewhere");
  elsewhere.paint("dog/1.png", 2);
  elsewhere.paint("b.png", 3);
  fs::create_directory_symlink(elsewhere.folder / "dog", photos.folder / "one/dog");
  fs::create_symlink(elsewhere.folder / "b.png", photos.folder / "one/cat/b.png");
  CHECK(photos.complaint().find("\n    FOLDER/one/dog" + refusal) != std::string::npos);
  CHECK(photos.complaint().find("\n    FOLDER/one/cat/b.png" + refusal) != std::string::npos);
  photos.options.follow_links = true;
  CHECK(shades(photos.read().domains[0]) == std::vector<int>{1, 3, 2});
  fs::remove(elsewhere.folder / "b.png");
  CHECK(photos.complaint().find("\n    FOLDER/one/cat/b.png: a symbolic link that leads nowhere\n") !=
        std::string::npos);
  fs::remove(photos.folder / "one/cat/b.png");
  fs::remove_all(elsewhere.folder / "dog");
  CHECK(photos.complaint().find("\n    FOLDER/one/dog: a symbolic link that leads nowhere\n") !=
        std::string::npos);
  fs::remove(photos.folder / "one/dog");
  const fs::path link = photos.folder.string() + "_link";
  fs::create_directory_symlink(photos.folder, link);
  CHECK(image_folder(link, {.side = 8}).domains[0].size() == 1);
  fs::remove(link);
}

TEST_CASE(
    "A photo of another format is refused as a broken one is, and no class leaves a domain in silence") {
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

TEST_CASE("What an image is shows from its content, whatever ending of a photo its name has") {
  const Photos photos;
  photos.write("one/cat/a.jfif", jpeg_file(8, 8, Bytes(3 * 64, 50)));
  photos.paint("one/cat/b.webp", 60);
  CHECK(photos.read().domains[0].size() == 2);
}

TEST_CASE("A class without images in any domain is refused, before photos are read where it has no file") {
  Photos photos;
  photos.paint("one/cat/a.png", 1);
  fs::create_directories(photos.folder / "two/bird");
  photos.paint("two/cat/a.png", 1);
  const std::string rule =
      "65 image folder: a class without images in any domain\n    class  bird\n    folder FOLDER/two/bird"
      "\n    hint: move its folders away: no output of a network can learn it";
  photos.options.progress = [](int, int) { FAIL("nothing was to be read"); };
  CHECK(photos.complaint() == rule);
  photos.options.progress = nullptr;
  photos.write("two/bird/a.png", {});
  CHECK(photos.complaint().rfind("65 image folder: 1 of 3 images cannot be read", 0) == 0);
  photos.options.skip_unreadable = true;
  CHECK(photos.complaint() == rule);
}

TEST_CASE("What systems leave behind is passed over and noted") {
  Photos photos;
  photos.paint("one/cat/a.png", 1);
  photos.paint("one/cat/@eaDir/a.png/SYNOPHOTO_THUMB_M.png", 2);
  photos.write("one/cat/Thumbs.db", {'x'});
  fs::create_directories(photos.folder / "one/@eaDir");
  fs::create_directories(photos.folder / "lost+found");
  photos.write("__MACOSX/one/cat/._a.png", {'x'});
  const DataSet set = photos.read();
  CHECK(set.classes == 1);
  CHECK(set.domains.size() == 1);
  CHECK(set.domains[0].size() == 1);
  CHECK(photos.notes ==
        Lines{"passed over what systems leave behind: @eaDir, Thumbs.db, __MACOSX, lost+found"});
}

TEST_CASE("Decoders that work at once share the memory that the images leave") {
  Photos photos;
  for (int i = 0; i < 8; ++i) photos.paint("one/cat/" + std::to_string(i) + ".png", i);
  photos.options.memory = 8'000'000;  // for two of these at a time
  const DataSet set = photos.read(4);
  CHECK(shades(set.domains[0]) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(set.decoders_memory > 0);
  photos.write("one/cat/8.png", png_file(2000, 1000, Bytes(3 * 2000 * 1000)));
  photos.options.skip_unreadable = true;
  CHECK(photos.complaint().rfind("69 image: there is not enough memory to decode it\n    file   "
                                 "FOLDER/one/cat/8.png\n    needed up to ",
                                 0) == 0);
}

TEST_CASE("Folders of another depth are refused with what was looked for and found") {
  const Photos photos;
  CHECK(photos.complaint() ==
        "65 image folder: no images where they were looked for\n    looked for FOLDER/domain/class/image.jpg "
        "(or .jpeg, .png)"
        "\n    found      0 domains, 0 classes, 0 images"
        "\n    hint: name the folder that holds the domains; where a folder stands between domain and class, "
        "move the classes up");
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

TEST_CASE("A domain without images is refused, a missing folder named") {
  const Photos photos;
  photos.paint("one/cat/a.png", 1);
  fs::create_directories(photos.folder / "spare\t/cat");
  CHECK(
      photos.complaint() ==
      "65 image folder: a domain without images\n    domain spare\\x09"
      "\n    hint: every folder here is a domain, with a folder for each class in it: move the others away");
  CHECK_THROWS_WITH_AS(
      image_folder("/nowhere"),
      "image folder: cannot be read\n    folder /nowhere\n    found  No such file or directory", sand::Error);
}

TEST_CASE("More images than memory are refused before any is read") {
  Photos photos;
  for (int i = 0; i < 6; ++i) photos.write("one/cat/" + std::to_string(i) + ".png", {});
  photos.options.side = 512;
  photos.options.memory = 3'000'000;
  CHECK(photos.complaint() ==
        "69 image folder: the images do not fit into memory\n    images 6, 5 MiB\n    memory at most 3 MiB"
        "\n    hint: a smaller side of the images: --image-size 64");
}

TEST_CASE("The 2,240 real photos, paintings, cartoons and sketches are all there") {
  const char* named = std::getenv("SANDGRAD_DATA");
  const fs::path directory =
      (named != nullptr ? fs::path(named) : fs::path(SANDGRAD_SOURCE_DIR) / ".." / "shared" / "data") /
      "pacs";
  if (!fs::exists(directory)) {
    MESSAGE("skipped: SANDGRAD_DATA does not name a folder with pacs, and there is none in "
            << directory.string());
    return;
  }
  const DataSet set = image_folder(directory, {.side = 16});
  CHECK(set.classes == 7);
  REQUIRE(set.domains.size() == 4);
  const std::string names[] = {"art_painting", "cartoon", "photo", "sketch"};
  for (std::size_t d = 0; d < 4; ++d) {
    CHECK(set.domains[d].name == names[d]);
    CHECK(set.domains[d].size() == 560);
    for (std::uint32_t i = 0; i < 560; ++i)
      CHECK(set.domains[d].labels[i] == static_cast<std::int32_t>(i / 80));
  }
  const std::vector<int> sketch = shades(set.domains[3]);
  CHECK(std::accumulate(sketch.begin(), sketch.end(), 0) / 560 > 250);  // black lines on white
}
