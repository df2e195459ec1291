#include "domains/digit_files.h"

#include <doctest/doctest.h>

#include <fstream>

#include "domains/colored_mnist.h"
#include "domains/rotated_mnist.h"
#include "tensor/error.h"
#include "tests/domains/bytes.h"
#include "tests/folder.h"

using sand::domains::Bytes;
using sand::domains::Digits;
using sand::domains::MnistPart;
using sand::domains::read_mnist;

namespace {

namespace fs = std::filesystem;

/// A folder for the files of collections of digits.
struct DigitFolder : sand::testing::Folder {
  void write(const fs::path& name, Bytes sizes, const Bytes& data) const {
    Bytes file{0, 0, 8, static_cast<std::uint8_t>(sizes.size())};
    for (const std::uint8_t size : sizes) file.insert(file.end(), {0, 0, 0, size});
    file.insert(file.end(), data.begin(), data.end());
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  }
  /// Images of these labels, dark but for one pixel in row 2 and column 5 of the file.
  void write_part(const std::string& before, const Bytes& labels) const {
    Bytes pixels(labels.size() * Digits::kPixels);
    for (std::size_t image = 0; image < labels.size(); ++image)
      pixels[image * Digits::kPixels + 2 * 28 + 5] = 200;
    write(before + "-images-idx3-ubyte", {static_cast<std::uint8_t>(labels.size()), 28, 28}, pixels);
    write(before + "-labels-idx1-ubyte", {static_cast<std::uint8_t>(labels.size())}, labels);
  }
  std::string complaint(const std::string& collection, MnistPart part = MnistPart::train) const {
    try {
      read_mnist(path, part, collection);
    } catch (const sand::Error& error) {
      std::string text = std::to_string(static_cast<int>(error.fault())) + " " + error.what();
      for (std::size_t at; (at = text.find(path.string())) != std::string::npos;)
        text.replace(at, path.string().size(), "FOLDER");
      return text;
    }
    return "no complaint";
  }
};

}  // namespace

TEST_CASE("Fashion-MNIST and KMNIST are found in their folders, also beside MNIST itself") {
  const DigitFolder folder;
  folder.write_part("train", {1, 1, 1});
  folder.write_part("FashionMNIST/raw/train", {2, 2, 2});
  folder.write_part("KMNIST/raw/train", {3, 3, 3});
  CHECK(read_mnist(folder.path, MnistPart::train).labels == Bytes{1, 1, 1});
  const Digits fashion = read_mnist(folder.path, MnistPart::train, "fashion-mnist");
  CHECK(fashion.labels == Bytes{2, 2, 2});
  CHECK(fashion.source == "Fashion-MNIST images from " + folder.path.string());
  CHECK(fashion.class_names[9] == "ankle boot");
  const Digits kuzushiji = read_mnist(folder.path, MnistPart::train, "KMNIST");
  CHECK(kuzushiji.labels == Bytes{3, 3, 3});
  CHECK(kuzushiji.source == "KMNIST images from " + folder.path.string());
}

TEST_CASE("The images of EMNIST are turned upright, and its letters count from 0") {
  for (const char* below : {"", "EMNIST/raw/", "gzip/"}) {
    const DigitFolder folder;
    folder.write_part(std::string(below) + "emnist-letters-train", {1, 26, 3});
    folder.write_part(std::string(below) + "emnist-letters-test", {2});
    const Digits letters = read_mnist(folder.path, MnistPart::both, "emnist-letters");
    CHECK(letters.labels == Bytes{0, 25, 2, 1});
    CHECK(letters.classes == 26);
    CHECK(letters.class_names[25] == "z");
    CHECK(letters.source == "EMNIST letters images from " + folder.path.string());
    for (std::size_t image = 0; image < 4; ++image) {
      CHECK(letters.pixels[image * Digits::kPixels + 5 * 28 + 2] == 200);
      CHECK(letters.pixels[image * Digits::kPixels + 2 * 28 + 5] == 0);
    }
  }
}

TEST_CASE("The only split of EMNIST in a folder needs no name, and one of several does") {
  const DigitFolder folder;
  CHECK(folder.complaint("emnist").find("66 emnist: no folder holds the files of a split of EMNIST") == 0);
  folder.write_part("emnist-digits-train", {9, 0});
  CHECK(read_mnist(folder.path, MnistPart::train, "emnist").labels == Bytes{9, 0});
  CHECK(read_mnist(folder.path, MnistPart::train, "emnist").class_names.empty());
  folder.write_part("emnist-letters-train", {9, 1});
  CHECK(folder.complaint("emnist") ==
        "64 emnist: several splits are there\n    folder FOLDER\n    found  emnist-digits, "
        "emnist-letters\n    hint: name one of them: --digits emnist-digits");
}

TEST_CASE("Labels that a split does not have are refused with their position") {
  const DigitFolder folder;
  folder.write_part("emnist-letters-train", {1, 2, 0});
  CHECK(folder.complaint("emnist-letters") ==
        "65 emnist-letters: labels must be 1 to 26\n    file  FOLDER/emnist-letters-train-labels-idx1-ubyte"
        "\n    found 0 as label number 2\n    hint: this file is from another data set, or damaged");
  folder.write_part("emnist-balanced-train", {46, 47});
  CHECK(folder.complaint("emnist-balanced").find("labels must be 0 to 46") != std::string::npos);
}

TEST_CASE("A collection that is not there is refused with what is") {
  const DigitFolder folder;
  folder.write_part("EMNIST/raw/emnist-letters-train", {1});
  CHECK(folder.complaint("kmnist") ==
        "66 kmnist: no folder holds the files of KMNIST\n    looked for train-images-idx3-ubyte, "
        "train-labels-idx1-ubyte; raw, or ending in .gz\n    in FOLDER/KMNIST/raw: no such folder\n    in "
        "FOLDER/kmnist: no such folder\n    in FOLDER: none of them\n    in FOLDER/raw: no such "
        "folder\n    in FOLDER/EMNIST/raw: EMNIST; --digits emnist-letters reads it\n    hint: fetch the "
        "files and name the folder that holds them");
  CHECK(folder.complaint("kmnst").find("did you mean kmnist?") != std::string::npos);
}

TEST_CASE("Letters give RotatedMNIST 26 classes and ColoredMNIST their first half") {
  Digits letters{"letters", Bytes(260 * Digits::kPixels, 255), {}, {}, 26, {}};
  for (int i = 0; i < 260; ++i) letters.labels.push_back(static_cast<std::uint8_t>(i % 26));
  letters.class_names.assign(26, "letter");
  const sand::domains::DataSet rotated = sand::domains::rotated_mnist(letters, 1);
  CHECK(rotated.classes == 26);
  CHECK(rotated.class_names.size() == 26);
  const auto shared = std::make_shared<const Digits>(letters);
  const sand::domains::DataSet coloured = sand::domains::colored_mnist(shared, 1);
  double ones = 0, examples = 0;
  for (const sand::domains::Domain& domain : coloured.domains)
    for (const std::int32_t label : domain.labels) ones += label, ++examples;
  CHECK(ones / examples == doctest::Approx(0.5).epsilon(0.15));
}
