#include "domains/image_files.h"

#include <doctest/doctest.h>

#include "tests/domains/photos.h"

using namespace sand::domains;
using sand::Error;
using sand::Threads;

namespace {

ImageFiles read(const Photos& photos, const ImageFilesOptions& options = {.side = 8}) {
  return image_files(photos.folder, options, Threads(2));
}

}  // namespace

TEST_CASE("All images below a folder are read in byte order of their names, without other files") {
  Photos photos;
  photos.paint("b.png", 1);
  photos.paint("a/z.png", 2);
  photos.paint("a/c/y.PNG", 3);
  photos.paint("Z.png", 4);
  photos.write("notes.txt", {1, 2, 3});
  photos.write(".hidden/x.png", {1});
  const ImageFiles files = read(photos);
  CHECK(files.names == std::vector<std::string>{"Z.png", "a/c/y.PNG", "a/z.png", "b.png"});
  CHECK(shades(files.images) == std::vector<int>{4, 3, 2, 1});
}

TEST_CASE("An image is what it is in the data set of a training") {
  Photos photos;
  photos.paint("here/dog/a.png", 77);
  std::vector<sand::Scalar> one(3 * 64), other(3 * 64);
  photos.read().domains[0].read(0, one);
  read(photos).images.read(0, other);
  CHECK(one == other);
}

TEST_CASE("Unreadable images are refused by name, or left out on request") {
  Photos photos;
  photos.paint("a.png", 1);
  photos.write("b.png", {1, 2, 3});
  CHECK_THROWS_WITH_AS(read(photos), doctest::Contains("images: 1 of 2 cannot be read\n"), Error);
  std::vector<std::string> notes;
  const ImageFiles files = read(
      photos,
      {.side = 8, .skip_unreadable = true, .note = [&](const std::string& line) { notes.push_back(line); }});
  CHECK(files.names == std::vector<std::string>{"a.png"});
  CHECK(notes.size() == 1);
  std::filesystem::remove(photos.folder / "a.png");
  CHECK_THROWS_WITH_AS(read(photos, {.side = 8, .skip_unreadable = true}),
                       doctest::Contains("images: 1 of 1 cannot be read\n"), Error);
}

TEST_CASE("A folder without images is refused, and so are images that do not fit into memory") {
  Photos photos;
  CHECK_THROWS_WITH_AS(read(photos), doctest::Contains("there is no image in it"), Error);
  photos.paint("a.png", 1);
  CHECK_THROWS_WITH_AS(read(photos, {.side = 8, .memory = 1000}),
                       doctest::Contains("images: they do not fit into memory"), Error);
}
