// The handwritten digits of MNIST (LeCun, Cortes, Burges), read from the four published files, and the other
// collections of grey images of 28 x 28 pixels in their format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sand::domains {

/// Grey images of digits, white ink on black. The coloured and rotated data sets are made from them.
struct Digits {
  static constexpr int kSide = 28;                       ///< h = w
  static constexpr std::size_t kPixels = kSide * kSide;  ///< of one image

  std::string source;                             ///< a phrase that names the source
  std::vector<std::uint8_t> pixels;               ///< [n, 28, 28]
  std::vector<std::uint8_t> labels;               ///< [n], the digit 0 .. 9; below `classes`
  std::vector<std::filesystem::path> files = {};  ///< the files that were read
  int classes = 10;
  std::vector<std::string> class_names = {};  ///< "a", "b"; empty: the names are the numbers

  std::uint32_t size() const { return static_cast<std::uint32_t>(labels.size()); }
};

enum class MnistPart {
  train,  ///< 60,000 digits
  test,   ///< 10,000 digits
  both,   ///< train, then test
};

/// Reads MNIST, or another data set in its format, such as Fashion-MNIST. `source` says which of the two, by
/// the MD5 of the files. Searches `directory`, `directory`/mnist, and the folders of torchvision,
/// `directory`/MNIST/raw and `directory`/raw. Files are raw or gzipped, named train-images-idx3-ubyte or
/// train-images.idx3-ubyte, or are in a folder of such a name.
///
/// `collection` names another one and its own folders: "fashion-mnist", "kmnist", "emnist-letters" and the
/// other splits of EMNIST, or "emnist" for the only split that is there (digit_files.h). EMNIST's images are
/// transposed in its files, and upright here; the labels of its letters, 1 .. 26, become 0 .. 25.
///
/// Throws what find_digits throws; Error(data) for files that do not fit, and for MNIST's own in place of
/// another collection; and what read_idx throws.
Digits read_mnist(const std::filesystem::path& directory, MnistPart part,
                  const std::string& collection = "mnist");

}  // namespace sand::domains
