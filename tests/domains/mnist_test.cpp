#include "domains/mnist.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <numeric>

#include "tensor/error.h"
#include "tests/domains/bytes.h"
#include "tests/folder.h"

using sand::domains::Bytes;
using sand::domains::Digits;
using sand::domains::MnistPart;
using sand::domains::read_mnist;

namespace {

namespace fs = std::filesystem;

/// An IDX file; sizes below 256.
Bytes idx(const Bytes& sizes, const Bytes& data) {
  Bytes file{0, 0, 8, static_cast<std::uint8_t>(sizes.size())};
  for (const std::uint8_t size : sizes) file.insert(file.end(), {0, 0, 0, size});
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

Bytes images_file(std::uint8_t count, std::uint8_t grey) {
  return idx({count, 28, 28}, Bytes(count * Digits::kPixels, grey));
}
Bytes labels(const Bytes& digits) { return idx({static_cast<std::uint8_t>(digits.size())}, digits); }

/// A folder for MNIST's files.
struct MnistFolder : sand::testing::Folder {
  void write(const fs::path& name, const Bytes& bytes) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream file(path / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  /// Three training digits (grey 1) and two test digits (grey 2).
  void write_all(const fs::path& below, const std::string& ending) const {
    write(below / ("train-images-idx3-ubyte" + ending), images_file(3, 1));
    write(below / ("train-labels-idx1-ubyte" + ending), labels({5, 0, 4}));
    write(below / ("t10k-images-idx3-ubyte" + ending), images_file(2, 2));
    write(below / ("t10k-labels-idx1-ubyte" + ending), labels({7, 9}));
  }
  std::string complaint(MnistPart part) const {
    try {
      read_mnist(path, part);
    } catch (const sand::Error& error) {
      return std::to_string(static_cast<int>(error.fault())) + " " + error.what();
    }
    return "no complaint";
  }
};

}  // namespace

TEST_CASE("MNIST is found in the folder itself, in mnist/ and where torchvision puts it, raw or .gz") {
  for (const char* below : {"", "mnist", "MNIST/raw", "raw"})
    for (const char* ending : {"", ".gz"}) {
      const MnistFolder folder;
      folder.write_all(below, ending);
      const Digits digits = read_mnist(folder.path, MnistPart::both);
      CHECK(digits.labels == Bytes{5, 0, 4, 7, 9});
      CHECK(digits.files.front() == folder.path / below / (std::string("train-images-idx3-ubyte") + ending));
    }
}

TEST_CASE("MNIST's files may have a dot for a dash and may be in folders of their own names") {
  for (const std::string images :
       {"train-images.idx3-ubyte", "train-images.idx3-ubyte.gz",
        "train-images-idx3-ubyte/train-images-idx3-ubyte", "train-images-idx3-ubyte/train-images.idx3-ubyte",
        "train-images.idx3-ubyte/train-images-idx3-ubyte",
        "train-images-idx3-ubyte.gz/train-images-idx3-ubyte.gz"}) {
    const MnistFolder folder;
    folder.write(images, images_file(3, 1));
    folder.write("train-labels.idx1-ubyte", labels({5, 0, 4}));
    CHECK(read_mnist(folder.path, MnistPart::train).files.front() == folder.path / images);
  }
}

TEST_CASE("An error distinguishes a missing file from a folder of that name without the file") {
  const MnistFolder folder;
  folder.write_all("", "");
  fs::remove(folder.path / "train-images-idx3-ubyte");
  folder.write("train-images-idx3-ubyte/train-images-idx3-ubyte/deeper", {});
  CHECK(folder.complaint(MnistPart::both)
            .find("all but train-images-idx3-ubyte (a folder that does not contain it)\n") !=
        std::string::npos);
}

TEST_CASE("MNIST's files may be links, and an error names a broken link") {
  const MnistFolder folder;
  folder.write_all("store", "");
  for (const char* name : {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    fs::create_symlink(folder.path / "store" / name, folder.path / name);
  CHECK(read_mnist(folder.path, MnistPart::test).labels == Bytes{7, 9});
  fs::remove(folder.path / "store/t10k-images-idx3-ubyte");
  CHECK(folder.complaint(MnistPart::test).find("all but t10k-images-idx3-ubyte (a broken link)\n") !=
        std::string::npos);
}

TEST_CASE("The source says if files in MNIST's format are not MNIST's own") {
  const MnistFolder folder;
  folder.write_all("", "");
  CHECK(read_mnist(folder.path, MnistPart::both).source ==
        "images in MNIST's format, not MNIST's own, from " + folder.path.string());
}

TEST_CASE("Another data set in MNIST's format is not read by itself: the error names its folder") {
  const MnistFolder folder;
  folder.write_all("FashionMNIST/raw", "");
  folder.write_all("KMNIST/raw", ".gz");
  folder.write("EMNIST/raw/emnist-digits-train-images-idx3-ubyte.gz", {});
  const std::string path = folder.path.string();
  const std::string said = folder.complaint(MnistPart::both);
  CHECK_MESSAGE(
      said.find("/raw: no such folder\n    in " + path +
                "/EMNIST/raw: EMNIST; --digits emnist-digits reads it\n    in " + path +
                "/FashionMNIST/raw: all of them; name this folder to train on its images" + "\n    in " +
                path + "/KMNIST/raw: all of them; name this folder to train on its images\n    hint: ") !=
          std::string::npos,
      said);
  CHECK(read_mnist(folder.path / "KMNIST", MnistPart::both).labels == Bytes{5, 0, 4, 7, 9});
}

TEST_CASE("Unprintable characters in a folder's name are escaped") {
  const MnistFolder folder;
  folder.write_all("\x1b[2J\xff", "");
  CHECK(read_mnist(folder.path / "\x1b[2J\xff", MnistPart::test).source.find("/\\x1b[2J\\xff") !=
        std::string::npos);
}

TEST_CASE("The training digits come first, and each part can be read alone") {
  const MnistFolder folder;
  folder.write_all("", "");
  CHECK(read_mnist(folder.path, MnistPart::train).labels == Bytes{5, 0, 4});
  CHECK(read_mnist(folder.path, MnistPart::test).labels == Bytes{7, 9});
  const Digits digits = read_mnist(folder.path, MnistPart::both);
  REQUIRE(digits.size() == 5);
  REQUIRE(digits.pixels.size() == 5 * Digits::kPixels);
  CHECK(digits.pixels[3 * Digits::kPixels - 1] == 1);
  CHECK(digits.pixels[3 * Digits::kPixels] == 2);
}

TEST_CASE("All files come from one folder: the first that has them all") {
  const MnistFolder folder;
  folder.write_all("MNIST/raw", "");
  folder.write("train-images-idx3-ubyte", images_file(1, 9));
  CHECK(read_mnist(folder.path, MnistPart::train).labels == Bytes{5, 0, 4});
  CHECK(read_mnist(folder.path, MnistPart::train).pixels[0] == 1);
}

TEST_CASE("A folder without MNIST is refused with the expected names and places") {
  const MnistFolder folder;
  folder.write("t10k-images-idx3-ubyte.gz", images_file(2, 2));
  folder.write("mnist/unrelated", {});
  const std::string path = folder.path.string();
  CHECK(folder.complaint(MnistPart::test) ==
        "66 mnist: no folder holds the files of MNIST"
        "\n    looked for t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; raw, or ending in .gz"
        "\n    in " +
            path + ": all but t10k-labels-idx1-ubyte\n    in " + path + "/mnist: none of them\n    in " +
            path + "/MNIST/raw: no such folder\n    in " + path +
            "/raw: no such folder\n    hint: fetch the files and name the folder that holds them");
  CHECK(folder.complaint(MnistPart::both)
            .find("looked for train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images") !=
        std::string::npos);
}

TEST_CASE("Images of another size are refused") {
  const MnistFolder folder;
  folder.write("t10k-images-idx3-ubyte", idx({1, 28, 27}, Bytes(28 * 27)));
  folder.write("t10k-labels-idx1-ubyte", labels({1}));
  CHECK(folder.complaint(MnistPart::test) == "65 mnist: images must have 28 x 28 pixels\n    file  " +
                                                 folder.path.string() +
                                                 "/t10k-images-idx3-ubyte\n    found 28 x 27"
                                                 "\n    hint: this file is from another data set");
}

TEST_CASE("Files with different counts are refused") {
  const MnistFolder folder;
  folder.write("t10k-images-idx3-ubyte", images_file(2, 0));
  folder.write("t10k-labels-idx1-ubyte", labels({1, 2, 3}));
  const std::string path = folder.path.string();
  CHECK(folder.complaint(MnistPart::test) ==
        "65 mnist: there must be as many labels as images\n    " + path + "/t10k-images-idx3-ubyte: 2\n    " +
            path + "/t10k-labels-idx1-ubyte: 3\n    hint: take both files from the same download");
}

TEST_CASE("Labels beyond 9 are refused with their position") {
  const MnistFolder folder;
  folder.write("t10k-images-idx3-ubyte", images_file(3, 0));
  folder.write("t10k-labels-idx1-ubyte", labels({9, 0, 10}));
  CHECK(folder.complaint(MnistPart::test) ==
        "65 mnist: labels must be 0 to 9\n    file  " + folder.path.string() +
            "/t10k-labels-idx1-ubyte\n    found 10 as label number 2"
            "\n    hint: this file is from another data set, or damaged");
}

TEST_CASE("The real MNIST is known by its MD5, and has 60,000 and 10,000 digits of mean grey 0.1307") {
  const char* named = std::getenv("SANDGRAD_DATA");
  const fs::path directory =
      named != nullptr ? fs::path(named) : fs::path(SANDGRAD_SOURCE_DIR) / ".." / "shared" / "data";
  if (named == nullptr && !fs::exists(directory / "mnist")) {
    MESSAGE("skipped: SANDGRAD_DATA does not name a folder with MNIST, and there is none in "
            << directory.string());
    return;
  }
  const Digits train = read_mnist(directory, MnistPart::train);
  CHECK(train.source == "MNIST digits from " + directory.string());
  CHECK(train.size() == 60'000);
  CHECK(Bytes(train.labels.begin(), train.labels.begin() + 6) == Bytes{5, 0, 4, 1, 9, 2});
  const double sum = std::accumulate(train.pixels.begin(), train.pixels.end(), 0.0);
  CHECK(sum / static_cast<double>(train.pixels.size()) / 255 == doctest::Approx(0.13066).epsilon(1e-4));
  const Digits test = read_mnist(directory, MnistPart::test);
  CHECK(test.size() == 10'000);
  CHECK(Bytes(test.labels.begin(), test.labels.begin() + 6) == Bytes{7, 2, 1, 0, 4, 1});
}
