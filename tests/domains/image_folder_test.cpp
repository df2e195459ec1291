#include "domains/image_folder.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <numeric>

#include "tests/domains/photos.h"

using namespace sand::domains;
using sand::Scalar;
using sand::Shape;

namespace {

namespace fs = std::filesystem;
using Labels = std::vector<std::int32_t>;
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Domains, classes and examples are sorted by bytes, and classes are collected from all domains") {
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
    "Extensions match in any case; hidden files and files beside the folders are ignored; other files are "
    "noted") {
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
  CHECK(photos.notes == Lines{"skipped 2 files without an image extension"});
}

TEST_CASE("An example is (x / 255 - mean) / deviation, with ImageNet's values for each channel") {
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

TEST_CASE("An augmented example is a function of its random numbers and is normalized") {
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

TEST_CASE("The content decides the format of an image, not its extension") {
  const Photos photos;
  photos.write("one/cat/a.jfif", jpeg_file(8, 8, Bytes(3 * 64, 50)));
  photos.paint("one/cat/b.webp", 60);
  CHECK(photos.read().domains[0].size() == 2);
}

TEST_CASE("System files are skipped and noted") {
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
  CHECK(photos.notes == Lines{"skipped system files: @eaDir, Thumbs.db, __MACOSX, lost+found"});
}

TEST_CASE("Concurrent decoders share the memory that the images leave free") {
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

TEST_CASE("The real data set has 2,240 photos, paintings, cartoons and sketches") {
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
